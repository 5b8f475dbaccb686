import { Consumes, publishedBy } from '@punctual/contracts/compatibility';
import { textOf } from '../repository.ts';
import { type Entity, entity, names, ownerOf, type ServiceName, services } from './entity.ts';
import { databases, streamsOf } from './resources.ts';

/** A service: what it provides, consumes and depends on. */
export function serviceComponent(name: ServiceName): Entity {
  const serves = name === 'gateway' ? ['punctual-api'] : [];
  const publishes = publishedBy(name).length > 0 ? [`${name}-events`] : [];
  const behind = name === 'gateway' ? names.filter((other) => other !== name && other !== 'console') : [];
  const stores = [...databases(name).map(({ metadata }) => metadata.name), ...streamsOf(name)];
  return {
    ...entity('Component', name, services[name]),
    spec: {
      ...component(`services/${name}`),
      providesApis: [...serves, ...publishes],
      consumesApis: name === 'console' ? ['punctual-api'] : consumedApis(`services/${name}/consumes.json`),
      dependsOn: [...behind.map((each) => `component:${each}`), ...stores.map((each) => `resource:${each}`)],
    },
  };
}

/** A team that reads events, as the example shows it. */
export function teamComponent(file: string): Entity {
  const folder = file.replace('/consumes.json', '');
  const name = folder.replace('examples/', '');
  const spec = { ...component(folder), lifecycle: 'experimental', consumesApis: consumedApis(file) };
  return { ...entity('Component', name, 'A subscriber, as another team would write it'), spec };
}

function component(folder: string) {
  return { type: 'service', lifecycle: 'production', owner: ownerOf(folder), system: 'punctual' };
}

/** The events that the consumers of a file read. */
function consumedApis(file: string): string[] {
  const uses = Object.values(Consumes.parse(JSON.parse(textOf(file))));
  const read = uses.flatMap(({ events }) => events.map((event) => event.replace(/\*$/, '')));
  return names
    .filter((name) => publishedBy(name).some((type) => read.some((begin) => type.startsWith(begin))))
    .map((name) => `${name}-events`);
}
