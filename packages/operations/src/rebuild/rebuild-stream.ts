import { setTimeout as delay } from 'node:timers/promises';
import { declareStreams, type StreamSettings, streamInfo } from '@punctual/chassis';
import type { Nats } from '../nats.ts';
import { untilAtMost } from '../replay/until-at-most.ts';
import { declareReaders } from '../streams/declare-readers.ts';
import { idsOnStream } from './ids-on-stream.ts';
import type { Outbox } from './outbox-of.ts';

/** The service whose outbox fills a stream. Reminders refills its stream by itself. */
export const producers = { SCHEDULE: 'scheduling', PAYOUT: 'payouts', REMINDER: undefined } as const;
export type RebuildableStream = keyof typeof producers;

/**
 * How long until the relay's events in flight are refused, for want of a stream, and read again
 * after the lost ones.
 */
const refusedWithinMs = 2_000;

/** What a stream lacks of the events that its producer has published. */
export type RebuildPlan = {
  stream: RebuildableStream;
  /** How many messages the stream holds; undefined when it does not exist. */
  held: number | undefined;
  lost: number;
  /** When the oldest lost event was created. */
  oldest: Temporal.Instant | null;
};

/** Compares a stream with the outbox that fills it. Changes nothing. */
export async function planRebuild(nats: Nats, stream: RebuildableStream, outbox: Outbox): Promise<RebuildPlan> {
  await readIds(nats, stream, outbox);
  const { lost, oldest } = await outbox.countLost();
  return { stream, held: await messagesOn(nats, stream), lost, oldest };
}

/** How many messages a stream holds; undefined when it does not exist. */
export async function messagesOn(nats: Nats, stream: RebuildableStream): Promise<number | undefined> {
  return (await streamInfo(nats, stream))?.state.messages;
}

/**
 * Begins to refill a stream: marks the lost events, which the service then publishes again, and
 * declares the stream if it is missing.
 * @param options.settings left out: `ops streams apply --watch` declares it
 * @returns how many were marked
 */
export async function startRebuild(
  nats: Nats,
  { stream, held }: RebuildPlan,
  { outbox, settings }: { outbox: Outbox; settings?: StreamSettings },
): Promise<number> {
  // Before the stream exists again: otherwise newer events would be published first.
  const marked = await outbox.markLost();
  if (!settings) return marked;
  if (held === undefined) await delay(refusedWithinMs);
  await declareStream(nats, stream, settings);
  return marked;
}

/**
 * Waits until the service has published the marked events.
 * @returns how many the stream refused, since it still remembers their ids
 * @throws Error when the service makes no progress
 */
export async function finishRebuild(nats: Nats, { stream }: RebuildPlan, outbox: Outbox): Promise<number> {
  await untilAtMost(0, outbox.countWaiting).catch((error: Error) => {
    throw new Error(`${error.message} Is the service up? It publishes the marked events when it is (docs/runbook.md).`);
  });
  await readIds(nats, stream, outbox);
  return (await outbox.countLost()).lost;
}

/** Declares a stream, if it is missing, with its readers. */
export async function declareStream(nats: Nats, stream: RebuildableStream, settings: StreamSettings): Promise<void> {
  await declareStreams(nats, [stream], settings);
  await declareReaders(nats, settings);
}

async function readIds(nats: Nats, stream: RebuildableStream, outbox: Outbox): Promise<void> {
  for await (const ids of idsOnStream(nats, stream)) await outbox.addOnStream(ids);
}
