import type { Uuid } from '@punctual/contracts';
import type { StreamMessage } from './change.ts';

/** Successive messages of a stream, which are found by the ids they are about. */
export type MessageWindow = {
  /** Adds the next message, and drops the oldest beyond the capacity. */
  add(message: StreamMessage): void;
  /** Drops everything. Messages added from now on come after this sequence. */
  restart(sequence: number): void;
  /** Whether no message after this sequence was dropped. */
  reachesBackTo(sequence: number): boolean;
  /** Returns the first messages after this sequence: of all, or those about one id. */
  find(about: Uuid | undefined, after: number, most: number): readonly StreamMessage[];
};

/** Creates a window of the messages after this sequence. */
export function createMessageWindow(capacity: number, after: number): MessageWindow {
  const byId = new Map<Uuid, StreamMessage[]>();
  const all: StreamMessage[] = [];
  /** Nothing after this sequence was dropped. */
  let floor = after;

  const dropOldest = () => {
    const oldest = all.shift();
    if (!oldest) return;
    floor = oldest.message.seq;
    for (const id of oldest.ids) {
      const others = byId.get(id);
      others?.shift();
      if (others?.length === 0) byId.delete(id);
    }
  };

  return {
    add: (message) => {
      all.push(message);
      for (const id of message.ids) {
        const others = byId.get(id);
        if (others) others.push(message);
        else byId.set(id, [message]);
      }
      if (all.length > capacity) dropOldest();
    },
    restart: (sequence) => {
      floor = sequence;
      all.length = 0;
      byId.clear();
    },
    reachesBackTo: (sequence) => sequence >= floor,
    find: (about, sequence, most) => {
      const messages = about === undefined ? all : (byId.get(about) ?? []);
      const begin = firstAfter(messages, sequence);
      return messages.slice(begin, begin + most);
    },
  };
}

/** The index of the first message after a sequence, by bisection. */
function firstAfter(messages: readonly StreamMessage[], sequence: number): number {
  let [low, high] = [0, messages.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((messages[middle]?.message.seq ?? 0) > sequence) high = middle;
    else low = middle + 1;
  }
  return low;
}
