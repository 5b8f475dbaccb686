import type { ServiceName } from '@punctual/devstack';
import { eventually } from '@punctual/testkit';
import { instances } from '../stack/instances.ts';
import type { Incident } from './incident.ts';

/** Services and servers that are stopped until somebody starts them. */
export const stoppedIncidents: readonly Incident[] = [
  { ...stopped('gateway'), alerts: ['ServiceDown'] },
  { ...stopped('scheduling'), alerts: ['CommandsFail', 'ServiceDown'] },
  { ...stopped('reminders'), alerts: ['ServiceDown'] },
  {
    name: 'postgres-down',
    what: 'PostgreSQL is stopped',
    alerts: ['CommandsFail', 'EventsNotApplied'],
    begin: async ({ stack: { servers } }) => {
      await servers.postgres.halt();
      return () => servers.postgres.resume();
    },
  },
  {
    name: 'nats-down',
    what: 'NATS is stopped',
    alerts: ['EventsNotPublished', 'RemindersOverdue'],
    begin: async ({ stack: { servers } }) => {
      await servers.nats.halt();
      return () => servers.nats.resume();
    },
  },
  {
    name: 'mongodb-down',
    what: 'MongoDB is stopped',
    alerts: ['EventsNotApplied'],
    begin: async ({ stack: { servers } }) => {
      await servers.mongo.halt();
      return () => eventually(() => servers.mongo.resume());
    },
  },
];

function stopped(service: ServiceName): Omit<Incident, 'alerts'> {
  return {
    name: `${service}-down`,
    what: `all instances of ${service} are stopped`,
    begin: async ({ stack }) => {
      const all = instances.map((instance) => stack.processes.service(service, instance));
      await Promise.all(all.map((process) => process.stop()));
      return async () => {
        await Promise.all(all.map((process) => process.start()));
      };
    },
  };
}
