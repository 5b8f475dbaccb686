import type { CloudEvent } from '@punctual/contracts';
import type { Change } from './change.ts';
import type { ChangeFeed } from './change-feed.ts';
import { type Cursor, caughtUp, findBehind, moveTo, writeCursor } from './cursor.ts';
import type { Reader } from './history.ts';
import type { View } from './view.ts';

/** Receives changes. Its signal is aborted when it is gone. */
export type Receiver = Reader & {
  send(event: CloudEvent, cursor: string): void;
  /** Resolves when everything sent has left, or the receiver is gone. */
  drained(): Promise<void>;
  /** Ends the stream; the client reconnects with its cursor. */
  close(): void;
};

/** Bounds the memory for a client that reads slowly. */
const mostAtATime = 200;

/**
 * Sends the changes that the receiver has missed since its cursor, and then each one as it happens:
 * none is lost in between and none is sent twice.
 * @returns the current cursor, to be read at any time
 */
export function sendChanges(
  feed: ChangeFeed,
  { view, since }: { view: View; since: Cursor },
  receiver: Receiver,
): { cursor(): string } {
  const { signal } = receiver;
  let cursor = since;
  let isLive = false;

  const send = (change: Change) => {
    const next = view.pass(cursor, change);
    if (!next) return;
    cursor = next;
    const event = view.show(change);
    if (event) receiver.send(event, writeCursor(cursor));
  };

  const catchUp = async () => {
    while (findBehind(cursor, feed.positions())) {
      const { stream, changes, reached } = await feed.next(view, cursor, receiver, mostAtATime);
      for (const change of changes) {
        if (signal.aborted) return;
        send(change);
        await receiver.drained();
      }
      cursor = moveTo(cursor, stream, reached);
    }
    if (signal.aborted) return;
    // Nothing has come since the loop looked.
    isLive = true;
    const stop = feed.listen(view.about, {
      onChange: send,
      ...(!view.survivesRestart && { onRestart: receiver.close }),
    });
    signal.addEventListener('abort', stop);
  };
  catchUp().catch(() => receiver.close());

  return {
    cursor: () => {
      if (isLive) cursor = caughtUp(cursor, feed.positions());
      return writeCursor(cursor);
    },
  };
}
