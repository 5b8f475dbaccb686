import type { Nats } from '../nats.ts';
import { type DeadLetterFilter, readDeadLetters } from './select-dead-letters.ts';
import type { StoredDeadLetter } from './stored-dead-letter.ts';

/** Dead letters, oldest first, and the cursor of the next page; undefined on the last one. */
export type DeadLetterPage = { letters: StoredDeadLetter[]; next: number | undefined };

/**
 * A page looks through at least this many, and then for as long, so that a filter that few match is
 * answered in time. Such a page may have fewer letters than asked for, or none, and still a next one.
 */
const leastRead = 200;
const mostMs = 150;

/** @param page.after the cursor `next` of the page before, with the same filter */
export async function pageDeadLetters(
  nats: Nats,
  filter: DeadLetterFilter,
  { after, limit = 50 }: { after?: number | undefined; limit?: number } = {},
): Promise<DeadLetterPage> {
  const letters: StoredDeadLetter[] = [];
  const startedAt = performance.now();
  let read = 0;
  let last = after;
  for await (const { sequence, letter } of readDeadLetters(nats, filter, after)) {
    const isLate = read >= leastRead && performance.now() - startedAt > mostMs;
    // At least this one follows.
    if (letters.length === limit || isLate) return { letters, next: last };
    if (letter) letters.push(letter);
    read += 1;
    last = sequence;
  }
  return { letters, next: undefined };
}
