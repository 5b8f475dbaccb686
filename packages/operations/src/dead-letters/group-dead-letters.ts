import { streamInfo } from '@punctual/chassis';
import type { Nats } from '../nats.ts';
import { causeOf } from './cause-of.ts';
import { readMessages } from './select-dead-letters.ts';
import { headerOf } from './stored-dead-letter.ts';

/** Dead letters of one consumer for one cause. */
export type DeadLetterGroup = {
  consumer: string;
  /** Their reason, as {@link causeOf} sees it. */
  cause: string;
  count: number;
  first: Sighting;
  last: Sighting;
};

/** One dead letter of a group. `at`: RFC 3339, when it was dead-lettered. */
export type Sighting = { sequence: number; at: string; reason: string };

type Noted = { sequence: number; consumer: string; cause: string; at: Date; reason: string };

/**
 * Groups all dead letters by consumer and cause, largest group first. The function that it returns
 * remembers what it has read: the first call reads the headers of every dead letter, later ones only
 * those of new ones.
 */
export function createDeadLetterGroups(): (nats: Nats) => Promise<DeadLetterGroup[]> {
  const noted = new Map<number, Noted>();
  let created: string | undefined;
  let last = 0;

  const refresh = async (nats: Nats) => {
    const info = await streamInfo(nats, 'DLQ', { deleted_details: true });
    if (info?.created !== created) {
      noted.clear();
      last = 0;
    }
    created = info?.created;
    for (const sequence of info?.state.deleted ?? []) noted.delete(sequence);
    for (const sequence of noted.keys()) {
      if (sequence >= (info?.state.first_seq ?? 0)) break;
      noted.delete(sequence);
    }
    for await (const message of readMessages(nats, {}, { after: last, headersOnly: true })) {
      const reason = headerOf(message, 'Dlq-Reason');
      const consumer = message.subject.slice('dlq.'.length);
      const { seq: sequence, time: at } = message;
      noted.set(sequence, { sequence, consumer, cause: causeOf(reason), at, reason });
      last = sequence;
    }
    return groupsOf(noted);
  };
  let running: Promise<unknown> = Promise.resolve();
  return (nats) => {
    // One after another, since they share what was read.
    const groups = running.then(() => refresh(nats));
    running = groups.catch(() => undefined);
    return groups;
  };
}

function groupsOf(noted: ReadonlyMap<number, Noted>): DeadLetterGroup[] {
  const groups = new Map<string, { count: number; first: Noted; last: Noted }>();
  for (const letter of noted.values()) {
    const key = `${letter.consumer} ${letter.cause}`;
    const group = groups.get(key);
    if (!group) groups.set(key, { count: 1, first: letter, last: letter });
    else {
      group.count += 1;
      group.last = letter;
    }
  }
  const all = [...groups.values()].map(({ count, first, last }) => {
    const { consumer, cause } = first;
    return { consumer, cause, count, first: toSighting(first), last: toSighting(last) };
  });
  return all.toSorted((one, other) => other.count - one.count);
}

function toSighting({ sequence, at, reason }: Noted): Sighting {
  return { sequence, at: at.toISOString(), reason };
}
