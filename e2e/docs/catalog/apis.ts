import { allEvents } from '@punctual/contracts';
import { asyncApiDocument } from '@punctual/contracts/asyncapi';
import { publishedBy } from '@punctual/contracts/compatibility';
import { stringify } from 'yaml';
import { files } from '../repository.ts';
import { type Entity, entity, ownerOf, type ServiceName } from './entity.ts';

/** The REST API, with its latest frozen document. */
export function restApi(): Entity {
  const file = files
    .filter((path) => /^packages\/contracts\/released\/[^/]+\/openapi\.json$/.test(path))
    .toSorted()
    .at(-1);
  return {
    ...entity('API', 'punctual-api', 'The REST API for apps; a running gateway shows it at /docs'),
    spec: {
      type: 'openapi',
      lifecycle: 'production',
      owner: ownerOf('packages/contracts'),
      system: 'punctual',
      definition: { $text: `./${file}` },
    },
  };
}

/** A short AsyncAPI document: the schemas of `data` have addresses of their own. */
export function eventsApi(name: ServiceName): Entity {
  const { asyncapi, info, defaultContentType, channels, operations } = asyncApiDocument();
  // The file is the same for every release of the contracts.
  const { title, description } = info;
  const types = publishedBy(name);
  const own = <T>(all: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(all).filter(([type]) => types.includes(type)));
  const messages = Object.fromEntries(types.map((type) => [type, { name: type, payload: payloadOf(type) }]));
  const document = {
    asyncapi,
    info: { title, version: '1', description },
    defaultContentType,
    channels: own(channels),
    operations: own(operations),
    components: { messages },
  };
  return {
    ...entity('API', `${name}-events`, `Events of ${name}; a running gateway shows them at /docs/events`),
    spec: {
      type: 'asyncapi',
      lifecycle: 'production',
      owner: ownerOf(`services/${name}`),
      system: 'punctual',
      definition: stringify(document, { lineWidth: 100 }),
    },
  };
}

function payloadOf(type: string) {
  const event = allEvents[type as keyof typeof allEvents];
  return { type: 'object', required: ['id', 'type', 'data'], properties: { data: { $ref: event.dataschema } } };
}
