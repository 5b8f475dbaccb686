import { setTimeout as delay } from 'node:timers/promises';
import { consumerInfo, reasonOf } from '@punctual/chassis';
import type { Nats } from '../nats.ts';
import { TooLarge } from '../replay/replay-message.ts';
import { type FrozenSelection, requireSameDlq } from './freeze.ts';
import { redrive } from './redrive.ts';
import { findDeadLetter, readMessages } from './select-dead-letters.ts';
import { headerOf, type StoredDeadLetter, whereBody } from './stored-dead-letter.ts';

/**
 * What became of one dead letter:
 * - HANDLED: its consumer has handled the event.
 * - DEAD_AGAIN: its consumer gave up again; the event is a dead letter under a new number.
 * - WAITING: its consumer has the event, and has not answered in time.
 * - GONE: somebody else has redriven or dropped it.
 * - REFUSED: it cannot be redriven and stays in the DLQ.
 * - FAILED: NATS did not answer; it may or may not have been delivered. Redriving it again has one
 *   effect.
 */
export type Redriven = { sequence: number; letter: StoredDeadLetter | undefined } & (
  | { outcome: 'HANDLED' | 'GONE' }
  | { outcome: 'DEAD_AGAIN'; reason: string; newSequence: number }
  | { outcome: 'WAITING' | 'REFUSED' | 'FAILED'; reason: string }
);

/** How many are redriven before their outcome is awaited; the last one repeats. */
const steps = [1, 10, 100] as const;
/** A consumer that keeps failing gives up after about 65 s. */
const defaultPatienceMs = 90_000;
const pollMs = 50;

/**
 * Redrives a selection in order, in steps of 1, 10, 100 and then hundreds. Waits after each step
 * until the consumers have answered, yields what became of each dead letter, and ends with the first
 * step in which one became a dead letter again, was not answered in time, or failed. The dead letters
 * that it has not come to are not yielded, and stay.
 * @param options.most ends after this many, for a person who wants to look first
 * @throws Error when the DLQ is another one, before anything is redriven
 */
export async function* redriveInSteps(
  nats: Nats,
  selection: FrozenSelection,
  { most, patienceMs = defaultPatienceMs }: { most?: number; patienceMs?: number } = {},
): AsyncGenerator<Redriven> {
  await requireSameDlq(nats, selection);
  const sequences = selection.sequences.slice(0, most);
  for (let step = 0, next = 0; next < sequences.length; step += 1) {
    const size = steps[Math.min(step, steps.length - 1)] ?? 1;
    const results = await redriveStep(nats, sequences.slice(next, next + size), patienceMs);
    yield* results;
    if (results.some(({ outcome }) => endsRedrive.includes(outcome))) return;
    next += size;
  }
}

const endsRedrive: readonly Redriven['outcome'][] = ['DEAD_AGAIN', 'WAITING', 'FAILED'];

/** A dead letter that its consumer has again, as this message of REPLAY. */
type Sent = { letter: StoredDeadLetter; copy: number };

/** One after another, since the events of an assignment are ordered. */
async function redriveStep(nats: Nats, sequences: readonly number[], patienceMs: number): Promise<Redriven[]> {
  const { state } = await nats.manager.streams.info('DLQ');
  const done: (Redriven | Sent)[] = [];
  for (const sequence of sequences) {
    const one = await send(nats, sequence);
    done.push(one);
    if ('outcome' in one && one.outcome === 'FAILED') break;
  }
  const sent = done.filter((one) => 'copy' in one);
  const outcomes = await outcomesOf(nats, sent, { after: state.last_seq, patienceMs });
  return done.map((one) => ('copy' in one ? outcomes(one) : one));
}

async function send(nats: Nats, sequence: number): Promise<Redriven | Sent> {
  let letter: StoredDeadLetter | undefined;
  try {
    letter = await findDeadLetter(nats, sequence);
    if (!letter) return { sequence, letter, outcome: 'GONE' };
    if (!letter.content) return { sequence, letter, outcome: 'REFUSED', reason: `${whereBody(letter)}.` };
    // A copy that nobody reads would be lost.
    if (!(await consumerInfo(nats, 'REPLAY', letter.consumer)))
      return { sequence, letter, outcome: 'REFUSED', reason: `${letter.consumer} reads no replays.` };
    return { letter, copy: await redrive(nats, letter) };
  } catch (error) {
    return { sequence, letter, outcome: error instanceof TooLarge ? 'REFUSED' : 'FAILED', reason: reasonOf(error) };
  }
}

/**
 * Waits until the consumers have answered, each at most for `patienceMs`.
 * @param after the last dead letter before any of these was sent
 */
async function outcomesOf(
  nats: Nats,
  sent: readonly Sent[],
  { after, patienceMs }: { after: number; patienceMs: number },
): Promise<(one: Sent) => Redriven> {
  const deadline = performance.now() + patienceMs;
  const answered = new Map<string, number>();
  const again = new Map<string, { reason: string; newSequence: number }>();
  for (const [consumer, ofConsumer] of Map.groupBy(sent, ({ letter }) => letter.consumer)) {
    answered.set(consumer, await untilAnswered(nats, consumer, { last: ofConsumer.at(-1)?.copy ?? 0, deadline }));
    for await (const message of readMessages(nats, { consumer }, { after, headersOnly: true })) {
      if (headerOf(message, 'Dlq-Stream') !== 'REPLAY') continue;
      const reason = headerOf(message, 'Dlq-Reason');
      again.set(`${consumer} ${headerOf(message, 'Dlq-Sequence')}`, { reason, newSequence: message.seq });
    }
  }
  return ({ letter, copy }) => {
    const { sequence, consumer } = letter;
    const dead = again.get(`${consumer} ${copy}`);
    if (dead) return { sequence, letter, outcome: 'DEAD_AGAIN', ...dead };
    if ((answered.get(consumer) ?? 0) >= copy) return { sequence, letter, outcome: 'HANDLED' };
    const reason = `${consumer} has not answered within ${patienceMs / 1_000} s.`;
    return { sequence, letter, outcome: 'WAITING', reason };
  };
}

/**
 * Waits until a consumer has answered its replays up to `last`: a dead letter is stored before its
 * message is answered.
 * @returns the last replay up to which it has answered all
 */
async function untilAnswered(
  nats: Nats,
  consumer: string,
  { last, deadline }: { last: number; deadline: number },
): Promise<number> {
  for (;;) {
    const info = await consumerInfo(nats, 'REPLAY', consumer);
    const floor = info?.ack_floor.stream_seq ?? 0;
    if (floor >= last || performance.now() > deadline) return floor;
    await delay(pollMs);
  }
}
