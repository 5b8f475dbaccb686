import type { Caller } from '@punctual/chassis';
import type { Uuid } from '@punctual/contracts';
import type { Change } from './change.ts';
import type { ChangeFeed } from './change-feed.ts';
import { after, type Cursor, caughtUp, writeCursor } from './cursor.ts';

/** Where the changes of one assignment go. */
export type Receiver = {
  caller: Caller;
  send(change: Change, cursor: string): void;
  /** Resolves when what was sent has left, or the receiver is gone. */
  drained(): Promise<void>;
  /** Ends the whole; the client comes again with its cursor. */
  close(): void;
  /** Aborted when the receiver is gone. */
  signal: AbortSignal;
};

const maxWaiting = 1_000;

/**
 * Sends what the receiver has missed since its cursor, and then each change as it comes: none lost in between and none twice.
 * @returns the cursor as of now, to be asked for at any time
 */
export function sendChanges(
  feed: ChangeFeed,
  { assignmentId, since }: { assignmentId: Uuid; since: Cursor },
  receiver: Receiver,
): { cursor(): string } {
  let cursor = since;
  /** What comes while the missed is being sent; undefined when that is done. */
  let waiting: Change[] | undefined = [];

  const send = (change: Change) => {
    const next = after(cursor, change);
    if (!next) return;
    cursor = next;
    if (maySee(receiver.caller, change)) receiver.send(change, writeCursor(cursor));
  };
  const stop = feed.listen(assignmentId, (change) => {
    if (!waiting) return send(change);
    waiting.push(change);
    if (waiting.length > maxWaiting) receiver.close();
  });
  receiver.signal.addEventListener('abort', stop);
  const until = feed.places();

  const catchUp = async () => {
    const { caller, signal } = receiver;
    for await (const change of feed.missed({ assignmentId, userId: caller.id, since, until, signal })) {
      if (signal.aborted) return;
      send(change);
      await receiver.drained();
    }
    cursor = caughtUp(cursor, until);
    for (let change = waiting?.shift(); change; change = waiting?.shift()) {
      send(change);
      await receiver.drained();
    }
    waiting = undefined;
  };
  catchUp().catch(() => receiver.close());

  return {
    cursor: () => {
      if (!waiting) cursor = caughtUp(cursor, feed.places());
      return writeCursor(cursor);
    },
  };
}

/** A payout is not for the customer to know of (api.md); everything else is for whoever may see the assignment. */
function maySee({ id, roles }: Caller, change: Change): boolean {
  if (change.source !== 'PAYOUT') return true;
  if (roles.includes('finance') || roles.includes('ops')) return true;
  return roles.includes('provider') && id === change.event.data.providerId;
}
