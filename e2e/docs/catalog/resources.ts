import { allEvents, consumers } from '@punctual/contracts';
import { Config as Console } from '../../../services/console/src/config.ts';
import { Config as Gateway } from '../../../services/gateway/src/config.ts';
import { Config as Payouts } from '../../../services/payouts/src/config.ts';
import { Config as Reminders } from '../../../services/reminders/src/config.ts';
import { Config as Scheduling } from '../../../services/scheduling/src/config.ts';
import { type Entity, entity, ownerOf, type ServiceName } from './entity.ts';

const settings: Record<ServiceName, object> = {
  gateway: Gateway.shape,
  scheduling: Scheduling.shape,
  reminders: Reminders.shape,
  payouts: Payouts.shape,
  console: Console.shape,
};

/** The database of a service, if its settings name one. */
export function databases(name: ServiceName): Entity[] {
  const engine =
    'DATABASE_URL' in settings[name] ? 'PostgreSQL' : 'MONGO_URL' in settings[name] ? 'MongoDB' : undefined;
  if (!engine) return [];
  return [
    resource(`${name}-database`, 'database', `services/${name}`, `${engine} of ${name}; no other service reads it`),
  ];
}

/** A JetStream stream. */
export function stream(name: string): Entity {
  const id = `${name.toLowerCase()}-stream`;
  return resource(id, 'stream', 'ops', `JetStream stream ${name}; ops streams apply declares it`);
}

/** The streams that a service publishes to and reads. */
export function streamsOf(name: ServiceName): string[] {
  const published = Object.values(allEvents).filter(({ source }) => source === `/${name}`);
  const read = Object.values(consumers).filter(({ durable }) => durable.startsWith(`${name}-`));
  const all = name === 'gateway' ? Object.values(allEvents) : [...published, ...read];
  return [...new Set(all.map((each) => each.stream))].map((each) => `${each.toLowerCase()}-stream`);
}

function resource(name: string, type: string, folder: string, description: string): Entity {
  return { ...entity('Resource', name, description), spec: { type, owner: ownerOf(folder), system: 'punctual' } };
}
