import { randomUUID } from 'node:crypto';
import type { JsMsg } from '@nats-io/jetstream';
import { z } from 'zod';
import type { Command } from '../cli/command.ts';
import { assignmentId, consumerOf, required, timesOf } from '../cli/read-input.ts';
import { count } from '../cli/table.ts';
import { findSystem } from '../system/find-system.ts';
import { readStream } from '../system/read-stream.ts';
import { replayMessage, TooLarge, waitingReplays } from '../system/replay-message.ts';
import { type Nats, withNats } from '../system/with-nats.ts';
import { findConsumer } from './find-consumer.ts';
import { showProgress } from './show-progress.ts';
import { untilAtMost } from './until-at-most.ts';

/** In flight at a time. */
const batchSize = 200;
/** How far the consumer may be behind before the replay waits for it. */
const mostWaiting = 5_000;

export const replay: Command = {
  name: 'replay',
  about: 'delivers events of the past to one consumer again, with the same ids',
  details:
    'A consumer does nothing for an event that it remembers: seven days long by its id, and for ever by its version. So this mends a consumer that has lost its state, and harms no other.',
  flags: {
    consumer: { value: 'NAME', about: 'to whom: payouts-schedule' },
    from: { value: 'TIME', about: 'what was published then or later: 2026-11-20T00:00Z' },
    to: { value: 'TIME', about: 'and before then; otherwise up to now' },
    assignment: { value: 'ID', about: 'only of this assignment' },
  },
  run: async ({ environment, print, say }, input) => {
    const consumer = consumerOf(input) ?? required(input, 'consumer');
    required(input, 'from');
    const { from, to = Temporal.Now.instant() } = timesOf(input);
    const assignment = input.text('assignment');
    const wanted = { from, to, assignmentId: assignment === undefined ? undefined : assignmentId(assignment) };
    await withNats(await findSystem(environment), async (nats) => {
      const { stream, subjects } = await findConsumer(nats, consumer);
      await waitingReplays(nats, consumer);
      const what = wanted.assignmentId ? ` of the assignment ${wanted.assignmentId}` : '';
      print(`To ${consumer}: ${subjects.join(', ')} of ${stream}${what}, from ${wanted.from} to ${wanted.to}.`);
      const progress = showProgress(say);
      const run = randomUUID();
      for await (const batch of batches(readStream(nats, stream, { subjects, since: wanted.from }), wanted)) {
        const delivered = await deliver(nats, { batch, consumer, run, say }).catch((error: Error) => {
          const position = batch[0]?.time.toISOString();
          throw new Error(`${error.message} ${progress.done()} replayed; to go on from there: --from ${position}`);
        });
        progress.add(delivered, batch.at(-1));
      }
      if (progress.done() === 0) return print('The stream holds nothing of that: nothing is replayed.');
      print(`${count(progress.done(), 'event')} replayed in ${progress.seconds()} s.`);
      print(await outcome(nats, consumer));
    });
  },
};

/**
 * Sends them in order, all at once, and lets the consumer not fall too far behind. What is too large is left out, and said so.
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
        say(`Left out, message ${message.seq}: ${error.message}`);
        return 0;
      },
    ),
  );
  const sent = await Promise.all(again);
  await untilAtMost(mostWaiting, () => waitingReplays(nats, consumer));
  return sent.reduce<number>((sum, each) => sum + each, 0);
}

type Wanted = { to: Temporal.Instant; assignmentId: string | undefined };

/** Messages that are wanted, in order, so many at a time. */
async function* batches(messages: AsyncIterable<JsMsg>, wanted: Wanted): AsyncGenerator<JsMsg[]> {
  let batch: JsMsg[] = [];
  for await (const message of messages) {
    if (Temporal.Instant.compare(Temporal.Instant.from(message.timestamp), wanted.to) >= 0) break;
    if (wanted.assignmentId && assignmentOf(message) !== wanted.assignmentId) continue;
    batch.push(message);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

const Partition = z.object({ partitionkey: z.string() });

function assignmentOf(message: JsMsg): string | undefined {
  try {
    return Partition.safeParse(message.json()).data?.partitionkey;
  } catch {
    return undefined;
  }
}

async function outcome(nats: Nats, consumer: string): Promise<string> {
  const left = await untilAtMost(0, () => waitingReplays(nats, consumer)).catch(() => undefined);
  if (left === 0) return `${consumer} has worked all of it off.`;
  const still = await waitingReplays(nats, consumer);
  return `${consumer} still has ${count(still, 'event')} to do, and has not moved for a while: is its service up?`;
}
