import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { endpoints } from '../endpoints/index.ts';
import { allEvents } from '../events/catalog.ts';
import { Consumes, isConsumed } from './declared-use.ts';
import { type EventShape, shapeOf } from './event-shape.ts';

/** What a running service tells about itself, at `/version` and on NATS. */
export const ServiceVersion = z.object({
  service: z.string().min(1).max(100).describe('Name of the service'),
  version: z.string().min(1).max(100).describe('From its package.json'),
  revision: z.string().min(1).max(100).nullable().describe('The commit that it was built from; null if unknown'),
  contracts: z.string().min(1).max(100).describe('Version of `@punctual/contracts`'),
  startedAt: z.iso.datetime().describe('When this process started'),
  publishes: z.array(z.string()).describe('Types of events'),
  consumes: Consumes.describe('By consumer: the types of events and the fields that it reads'),
  serves: z.array(z.string()).describe('Names of REST operations'),
});
export type ServiceVersion = z.infer<typeof ServiceVersion>;

/** How often an operation was requested with an accepted token, or without one if it needs none. */
const OperationUse = z.object({
  requests: z.int().min(1),
  lastAt: z.iso.datetime(),
  /** By the first product of `User-Agent`; `other` when there are too many. */
  clients: z.record(z.string(), z.int().min(1)),
});

/** Requests since a moment, by the name of the operation. */
export const Usage = z.object({ since: z.iso.datetime(), operations: z.record(z.string(), OperationUse) });
export type Usage = z.infer<typeof Usage>;

const Shape = z.object({ type: z.string(), stream: z.string(), schema: z.looseObject({}) });

/** What two services must agree on: the version of one, with the events as it knows them. */
export const ServiceContract = ServiceVersion.omit({ startedAt: true }).extend({
  shapes: z.record(z.string(), Shape).describe('By type, the published and the consumed events'),
  usage: Usage.optional().describe('Of the REST API; from the gateway'),
});
export type ServiceContract = Omit<z.infer<typeof ServiceContract>, 'shapes'> & {
  readonly shapes: Readonly<Record<string, EventShape>>;
};

/** Types of events that a service publishes with these contracts. */
export function publishedBy(service: string): string[] {
  return Object.values(allEvents)
    .filter(({ source }) => source === `/${service}`)
    .map(({ type }) => type);
}

/** Operations that a service answers; the gateway answers all. */
export function servedBy(service: string): string[] {
  return Object.values(endpoints)
    .filter(({ owner }) => service === 'gateway' || owner === service)
    .map(({ name }) => name);
}

/** The events of these contracts that a service publishes or consumes. Lets other work in between. */
export async function shapesOf({
  publishes,
  consumes,
}: Pick<ServiceVersion, 'publishes' | 'consumes'>): Promise<Record<string, EventShape>> {
  const uses = Object.entries(consumes).map(([consumer, use]) => ({ consumer, ...use }));
  const shapes: Record<string, EventShape> = {};
  for (const contract of Object.values(allEvents)) {
    const { type } = contract;
    if (!publishes.includes(type) && !uses.some((use) => isConsumed(use, type))) continue;
    shapes[type] = shapeOf(contract);
    await setImmediate();
  }
  return shapes;
}
