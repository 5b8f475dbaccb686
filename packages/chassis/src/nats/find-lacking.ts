import type { StoredMsg } from '@nats-io/jetstream';
import type { Broker } from './broker.ts';
import type { ConsumerSource, Handling, Identified } from './handling.ts';
import type { Inbox, InboxState } from './inbox.ts';
import { blockSize, readBlock } from './read-block.ts';
import { readIfValid } from './read-message.ts';

export type Comparison = {
  source: ConsumerSource;
  state: InboxState;
  /** All messages up to this sequence are acknowledged. */
  acknowledged: number;
  /** Some of the messages between `acknowledged` and this sequence are. */
  delivered: number;
  /** Up to where the database had everything when it was last compared; otherwise `acknowledged`. */
  complete: number;
};

type Lacking = (messages: readonly StoredMsg[]) => Promise<StoredMsg[]>;

/**
 * Finds the acknowledged messages whose effect the database lacks, oldest first. Reads one block if
 * it has the latest ones.
 * @returns those of each block that has some
 */
export async function* findLacking<E extends Identified>(
  nats: Pick<Broker, 'manager'>,
  handling: Handling<E> & { inbox: Inbox<E> },
  comparison: Comparison,
): AsyncGenerator<StoredMsg[]> {
  const { source, acknowledged, delivered } = comparison;
  if (acknowledged === 0) return;
  const since = await comparableSince(nats, comparison);
  const lackingIn: Lacking = async (messages) => {
    const events = messages.map((message) => readIfValid(handling, message));
    const comparable = events.filter((event) => event !== undefined).filter(({ time }) => new Date(time) >= since);
    if (comparable.length === 0) return [];
    const lacking = await handling.inbox.lacking({ consumer: handling.durable, stream: source.stream }, comparable);
    return messages.filter((_, index) => lacking.has(events[index]?.id ?? ''));
  };
  let isLacking = false;
  let next: number | undefined = await findBegin(nats, comparison, { since, lackingIn });
  while (next !== undefined) {
    // A message above the floor may wait for its answer: it counts only if the database was restored.
    const to = isLacking ? delivered : acknowledged;
    const block = await readBlock(nats, source, { from: next, to });
    const lacking = block ? await lackingIn(block.messages) : [];
    if (lacking.length > 0) yield lacking;
    isLacking ||= lacking.length > 0;
    next = block?.next;
  }
}

/**
 * Since when the database must know an event that was applied to it. One that was created after the
 * events were acknowledged has nothing of the stream.
 */
async function comparableSince(
  { manager }: Pick<Broker, 'manager'>,
  { source, state, acknowledged }: Comparison,
): Promise<Date> {
  const newest = await manager.streams.getMessage(source.stream, { seq: acknowledged });
  return newest && newest.time < state.createdAt ? new Date(0) : state.keptSince;
}

/**
 * Goes back, further each time, to a block that the database has, or that is too old to compare.
 * @returns its first sequence; undefined if there is nothing after it to compare
 */
async function findBegin(
  nats: Pick<Broker, 'manager'>,
  { source, acknowledged, complete }: Comparison,
  { since, lackingIn }: { since: Date; lackingIn: Lacking },
): Promise<number | undefined> {
  for (let distance = blockSize; ; distance *= 2) {
    const from = Math.max(1, complete - distance + 1);
    const block = await readBlock(nats, source, { from, to: acknowledged });
    const [first] = block?.messages ?? [];
    if (first && (await lackingIn(block?.messages ?? [])).length === 0)
      return distance === blockSize && complete === acknowledged ? undefined : from;
    if (from === 1 || (first && first.time < since)) return from;
  }
}
