import { randomUUID } from 'node:crypto';
import type { JsMsg } from '@nats-io/jetstream';
import { readStream } from '@punctual/chassis';
import { z } from 'zod';
import type { OpsCommand } from '../cli/command.ts';
import { assignmentOf, consumerOf, required, timesOf } from '../cli/read-input.ts';
import { count } from '../cli/table.ts';
import { findSystem } from '../system/find-system.ts';
import { replayMessage, TooLarge, waitingReplays } from '../system/replay-message.ts';
import { type Nats, withNats } from '../system/with-nats.ts';
import { findConsumer } from './find-consumer.ts';
import { showProgress } from './show-progress.ts';
import { untilAtMost } from './until-at-most.ts';

/** In flight at a time. */
const batchSize = 200;
/** How many events the consumer may lag behind before the replay waits for it. */
const mostWaiting = 5_000;

export const replay: OpsCommand = {
  name: 'replay',
  about: 'delivers past events to one consumer again, with the same ids',
  details:
    'A consumer ignores events that it knows: by id for seven days, by version for ever. So a replay repairs a consumer that lost its state, and changes nothing else.',
  flags: {
    consumer: { value: 'NAME', about: 'the consumer: payouts-schedule' },
    from: { value: 'TIME', about: 'events published at or after this time: 2026-11-20T00:00Z' },
    to: { value: 'TIME', about: 'events published before this time (now)' },
    assignment: { value: 'ID', about: 'only events of this assignment' },
  },
  run: async ({ environment, print, say }, input) => {
    const consumer = consumerOf(input) ?? required(input, 'consumer');
    required(input, 'from');
    const { from, to = Temporal.Now.instant() } = timesOf(input);
    const wanted = { from, to, assignmentId: assignmentOf(input) };
    await withNats(await findSystem(environment), async (nats) => {
      const { stream, subjects } = await findConsumer(nats, consumer);
      await waitingReplays(nats, consumer);
      const what = wanted.assignmentId ? ` of assignment ${wanted.assignmentId}` : '';
      print(`To ${consumer}: ${subjects.join(', ')} of ${stream}${what}, from ${wanted.from} to ${wanted.to}.`);
      const progress = showProgress(say);
      const run = randomUUID();
      for await (const batch of batches(readStream(nats, stream, { subjects, since: wanted.from }), wanted)) {
        const delivered = await deliver(nats, { batch, consumer, run, say }).catch((error: Error) => {
          const position = batch[0]?.time.toISOString();
          throw new Error(`${error.message} ${progress.done()} replayed; to continue: --from ${position}`);
        });
        progress.add(delivered, batch.at(-1));
      }
      if (progress.done() === 0) return print('No matching events on the stream: nothing was replayed.');
      print(`${count(progress.done(), 'event')} replayed in ${progress.seconds()} s.`);
      print(await outcome(nats, consumer));
    });
  },
};

/**
 * Sends a batch at once, in order, then waits until the consumer is not too far behind. Reports
 * messages that are too large, and skips them.
 * @returns how many were sent
 */
async function deliver(
  nats: Nats,
  {
    batch,
    consumer,
    run,
    say,
  }: { batch: readonly JsMsg[]; consumer: string; run: string; say: (line: string) => void },
): Promise<number> {
  const again = batch.map((message) =>
    replayMessage(nats, message, { consumer, messageId: `replay:${run}:${message.seq}` }).then(
      () => 1,
      (error: unknown) => {
        if (!(error instanceof TooLarge)) throw error;
        say(`Skipped message ${message.seq}: ${error.message}`);
        return 0;
      },
    ),
  );
  const sent = await Promise.all(again);
  await untilAtMost(mostWaiting, () => waitingReplays(nats, consumer));
  return sent.reduce<number>((sum, each) => sum + each, 0);
}

type Wanted = { to: Temporal.Instant; assignmentId: string | undefined };

/** The wanted messages, in order, in batches. */
async function* batches(messages: AsyncIterable<JsMsg>, wanted: Wanted): AsyncGenerator<JsMsg[]> {
  let batch: JsMsg[] = [];
  for await (const message of messages) {
    if (Temporal.Instant.compare(Temporal.Instant.from(message.timestamp), wanted.to) >= 0) break;
    if (wanted.assignmentId && partitionKeyOf(message) !== wanted.assignmentId) continue;
    batch.push(message);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

const Partition = z.object({ partitionkey: z.string() });

function partitionKeyOf(message: JsMsg): string | undefined {
  try {
    return Partition.safeParse(message.json()).data?.partitionkey;
  } catch {
    return undefined;
  }
}

async function outcome(nats: Nats, consumer: string): Promise<string> {
  const left = await untilAtMost(0, () => waitingReplays(nats, consumer)).catch(() => undefined);
  if (left === 0) return `${consumer} has handled all of them.`;
  const still = await waitingReplays(nats, consumer);
  return `${consumer} still has ${count(still, 'event')} to handle and makes no progress: is its service up?`;
}
