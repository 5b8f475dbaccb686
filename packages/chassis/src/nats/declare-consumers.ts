import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { consumers } from '@punctual/contracts';
import { advisoriesAbout } from './delivery-advisories.ts';
import { fromLeader } from './from-leader.ts';
import { type ConsumerSource, defaultAckWaitMs } from './handling.ts';

/** The sources of a durable: its stream, replayed messages, and advisories about it. */
export function sourcesOf(
  durable: string,
  { stream, subjects }: ConsumerSource,
): [own: ConsumerSource, replays: ConsumerSource, advisories: ConsumerSource] {
  return [
    { stream, subjects },
    { stream: 'REPLAY', subjects: [`replay.${durable}`] },
    advisoriesAbout(durable, [stream, 'REPLAY']),
  ];
}

/**
 * Creates missing consumers of the services, updates those that differ, and resets those that are
 * ahead of their stream. No service may do so, since a consumer can be made to deliver to any
 * subject.
 * @returns a line for each change
 */
export async function declareConsumers(manager: JetStreamManager): Promise<string[]> {
  const changes: string[] = [];
  for (const { durable, ...source } of Object.values(consumers)) {
    for (const each of sourcesOf(durable, source)) {
      const change = await declareAndReset(manager, each, durable).catch((error: unknown) => {
        // They are created once the stream exists.
        if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return undefined;
        throw error;
      });
      if (change) changes.push(`${durable} on ${each.stream}: ${change}`);
    }
  }
  return changes;
}

async function declareAndReset(manager: JetStreamManager, source: ConsumerSource, durable: string) {
  const change = await declareConsumer(manager, source, { durable, ackWaitMs: defaultAckWaitMs });
  return change ?? (await resetIfAhead(manager, source.stream, durable));
}

/**
 * A stream that lost its end has consumers that would skip the next messages. A nats-server of 2.15
 * corrects them when it starts, but not those with replicas.
 */
async function resetIfAhead(manager: JetStreamManager, stream: string, durable: string) {
  const { delivered } = fromLeader(await manager.consumers.info(stream, durable));
  const { state } = fromLeader(await manager.streams.info(stream));
  if (delivered.stream_seq <= state.last_seq) return undefined;
  await manager.consumers.reset(stream, durable, state.last_seq + 1);
  return `was at ${delivered.stream_seq}, reset to ${state.last_seq + 1}`;
}

/**
 * Creates or updates a durable consumer.
 * @returns what it did; undefined if nothing had to change
 * @throws when the stream is missing, or NATS refuses
 */
export async function declareConsumer(
  manager: JetStreamManager,
  { stream, subjects }: ConsumerSource,
  { durable, ackWaitMs }: { durable: string; ackWaitMs: number },
): Promise<'created' | 'updated' | undefined> {
  const changeable = { filter_subjects: [...subjects], ack_wait: nanos(ackWaitMs), max_deliver: -1 };
  const known = await findConsumer(manager, stream, durable);
  if (known && isAs(known, changeable)) return undefined;
  const policies = { ack_policy: AckPolicy.Explicit, deliver_policy: DeliverPolicy.All };
  const answer = known
    ? await manager.consumers.update(stream, durable, changeable)
    : await manager.consumers.add(stream, { durable_name: durable, ...policies, ...changeable });
  // A service gets an answer without a consumer: nothing was done (deploy/nats/users.conf).
  if (!answer.config) throw new Error('only `ops streams apply` may declare this consumer');
  return known ? 'updated' : 'created';
}

type Changeable = { filter_subjects: string[]; ack_wait: number; max_deliver: number };

function isAs(known: ConsumerConfig, wanted: Changeable): boolean {
  const filters = known.filter_subjects ?? [known.filter_subject];
  return (
    JSON.stringify(filters) === JSON.stringify(wanted.filter_subjects) &&
    known.ack_wait === wanted.ack_wait &&
    known.max_deliver === wanted.max_deliver
  );
}

/** Undefined when the stream has no such consumer. */
async function findConsumer(manager: JetStreamManager, stream: string, durable: string) {
  try {
    return (await manager.consumers.info(stream, durable)).config;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.ConsumerNotFound) return undefined;
    throw error;
  }
}
