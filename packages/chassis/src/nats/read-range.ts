import type { StoredMsg } from '@nats-io/jetstream';
import type { Broker } from './broker.ts';

export type StoredMessage = StoredMsg;

const pageSize = 200;

/**
 * Reads the messages of a stream between two sequences, both included, oldest first, in pages.
 * Needs no consumer, which no service may create.
 */
export async function* readRange(
  { manager }: Pick<Broker, 'manager'>,
  stream: string,
  { from, to }: { from: number; to: number },
): AsyncGenerator<StoredMsg[]> {
  for (let next = Math.max(1, from); next <= to; ) {
    const sequences = Array.from({ length: Math.min(pageSize, to - next + 1) }, (_, index) => next + index);
    const page = await Promise.all(sequences.map((seq) => manager.streams.getMessage(stream, { seq })));
    const found = page.filter((message) => message !== null);
    next += sequences.length;
    if (found.length > 0) {
      yield found;
      continue;
    }
    // Nothing there, as where messages are too old. The client's type lacks this request.
    const following = { seq: next, next_by_subj: '>' };
    next = (await manager.streams.getMessage(stream, following))?.seq ?? to + 1;
  }
}
