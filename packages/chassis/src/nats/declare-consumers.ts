import {
  AckPolicy,
  type ConsumerConfig,
  DeliverPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { Source } from './consumer.ts';
import { advisoriesOn } from './given-up.ts';

/** How long the messages of an instance that died are held back; a handler may take longer. */
export const defaultAckWaitMs = 10_000;

/** The durables of the services, and what each reads. */
const durables: readonly (Source & { durable: string })[] = [
  { durable: 'scheduling-reminder', stream: 'REMINDER', subjects: ['reminder.>'] },
  { durable: 'scheduling-payout', stream: 'PAYOUT', subjects: ['payout.>'] },
  { durable: 'reminders-schedule', stream: 'SCHEDULE', subjects: ['schedule.>'] },
  { durable: 'payouts-schedule', stream: 'SCHEDULE', subjects: ['schedule.>'] },
  { durable: 'payouts-person', stream: 'SCHEDULE', subjects: ['person.erased'] },
];

/** Where a durable reads: its stream, what ops gives it again, and what JetStream gave up on. */
export function sourcesOf(
  durable: string,
  { stream, subjects }: Source,
): [own: Source, replays: Source, advisories: Source] {
  return [
    { stream, subjects },
    { stream: 'REPLAY', subjects: [`replay.${durable}`] },
    advisoriesOn(durable, [stream, 'REPLAY']),
  ];
}

/**
 * Creates the services' missing consumers, and updates those that differ: no service may, for a consumer can be made to deliver to any subject.
 * @returns a line for each change
 */
export async function declareConsumers(manager: JetStreamManager): Promise<string[]> {
  const changes: string[] = [];
  for (const { durable, ...source } of durables) {
    for (const each of sourcesOf(durable, source)) {
      const change = await declareConsumer(manager, each, { durable, ackWaitMs: defaultAckWaitMs }).catch(
        (error: unknown) => {
          // Its consumers come with it.
          if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return undefined;
          throw error;
        },
      );
      if (change) changes.push(`${durable} on ${each.stream}: ${change}`);
    }
  }
  return changes;
}

/**
 * Makes a durable be as wanted.
 * @returns what it did, undefined when there was nothing to do
 * @throws when the stream is missing, or NATS refuses
 */
export async function declareConsumer(
  manager: JetStreamManager,
  { stream, subjects }: Source,
  { durable, ackWaitMs }: { durable: string; ackWaitMs: number },
): Promise<'created' | 'updated' | undefined> {
  const changeable = { filter_subjects: [...subjects], ack_wait: nanos(ackWaitMs), max_deliver: -1 };
  const known = await findConsumer(manager, stream, durable);
  if (known && isAs(known, changeable)) return undefined;
  if (known) await manager.consumers.update(stream, durable, changeable);
  else {
    const policies = { ack_policy: AckPolicy.Explicit, deliver_policy: DeliverPolicy.All };
    await manager.consumers.add(stream, { durable_name: durable, ...policies, ...changeable });
  }
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
