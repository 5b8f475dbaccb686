import type { Uuid } from '@punctual/contracts';
import { assignmentOf, type Sent } from './change.ts';

/** The latest messages of a stream, by assignment. */
export type Recent = {
  /** Remembers a message, and forgets the oldest when there are too many. */
  add(sent: Sent): void;
  /** Forgets everything: what follows comes after this position. */
  restart(position: number): void;
  /** The messages of an assignment after this position; undefined when that is further back than is remembered. */
  of(assignmentId: Uuid, position: number): readonly Sent[] | undefined;
  /** When the first message after this position was stored, in ms since the epoch; undefined when it is not remembered. */
  firstStoredAfter(position: number): number | undefined;
};

export function rememberRecent(capacity: number): Recent {
  const byAssignment = new Map<Uuid | undefined, Sent[]>();
  let latest: { sent: Sent; assignmentId: Uuid | undefined }[] = [];
  /** Everything after this position is remembered. */
  let floor = 0;

  const forgetOldest = () => {
    const oldest = latest.shift();
    if (!oldest) return;
    floor = oldest.sent.message.seq;
    const others = byAssignment.get(oldest.assignmentId);
    others?.shift();
    if (others?.length === 0) byAssignment.delete(oldest.assignmentId);
  };

  return {
    add: (sent) => {
      const assignmentId = assignmentOf(sent.message);
      latest.push({ sent, assignmentId });
      const others = byAssignment.get(assignmentId);
      if (others) others.push(sent);
      else byAssignment.set(assignmentId, [sent]);
      if (latest.length > capacity) forgetOldest();
    },
    restart: (position) => {
      floor = position;
      latest = [];
      byAssignment.clear();
    },
    of: (assignmentId, position) =>
      position < floor
        ? undefined
        : (byAssignment.get(assignmentId) ?? []).filter(({ message }) => message.seq > position),
    firstStoredAfter: (position) =>
      position < floor
        ? undefined
        : latest.find(({ sent }) => sent.message.seq > position)?.sent.message.time.getTime(),
  };
}
