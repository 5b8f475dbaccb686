import { EventEmitter } from 'node:events';
import type { Uuid } from '@punctual/contracts';
import pLimit from 'p-limit';
import { assignmentOf, type Change, readChange, type Source, sources } from './change.ts';
import type { Cursor, Places } from './cursor.ts';
import { type FollowDeps, followStream } from './follow-stream.ts';
import { readMissed } from './read-missed.ts';

/** The changes of all assignments, as they come, for any number of listeners in this process. */
export type ChangeFeed = {
  /** Resolves when the feed has been at the end of every stream; it does not while NATS has not been there yet. */
  readonly ready: Promise<unknown>;
  /** Up to where the feed has come. */
  places(): Places;
  /** Calls the listener for every change of the assignment from now on; it must not throw. Returns how to end that. */
  listen(assignmentId: Uuid, listener: (change: Change) => void): () => void;
  /** The changes of the assignment between a cursor and the feed's places: in the order of each stream, one stream after another. */
  missed(assignmentId: Uuid, since: Cursor, until: Places, signal: AbortSignal): Promise<Change[]>;
};

/** Long gaps are read from NATS, and only so many at a time. */
const readersAtOnce = 4;

/** Follows every stream once, however many listeners there are. */
export function createChangeFeed(deps: FollowDeps): ChangeFeed {
  const changes = new EventEmitter().setMaxListeners(0);
  const follow = (source: Source) =>
    followStream(deps, source, (sent) => {
      const assignmentId = assignmentOf(sent.message);
      if (assignmentId === undefined || changes.listenerCount(assignmentId) === 0) return;
      const change = readChange(deps.logger, assignmentId, sent);
      if (change) changes.emit(assignmentId, change);
    });
  const followers = { SCHEDULE: follow('SCHEDULE'), REMINDER: follow('REMINDER'), PAYOUT: follow('PAYOUT') };
  const limit = pLimit(readersAtOnce);

  const missedOf = async (source: Source, assignmentId: Uuid, since: Cursor, until: Places, signal: AbortSignal) => {
    const { born, position } = until[source];
    const after = since[source].born === born ? since[source].position : 0;
    if (after >= position) return [];
    const recent = followers[source].recent(after);
    if (recent) {
      const until = recent.filter(({ message }) => message.seq <= position);
      return until.flatMap((sent) => readChange(deps.logger, assignmentId, sent) ?? []);
    }
    const broker = await deps.broker.connected();
    const gap = { source, born, assignmentId, after, until: position, signal };
    return limit(() => readMissed({ broker, logger: deps.logger }, gap));
  };

  return {
    ready: Promise.all(sources.map((source) => followers[source].ready)),
    places: () => ({
      SCHEDULE: followers.SCHEDULE.place(),
      REMINDER: followers.REMINDER.place(),
      PAYOUT: followers.PAYOUT.place(),
    }),
    listen: (assignmentId, listener) => {
      changes.on(assignmentId, listener);
      return () => changes.off(assignmentId, listener);
    },
    missed: async (assignmentId, since, until, signal) => {
      const all = await Promise.all(sources.map((source) => missedOf(source, assignmentId, since, until, signal)));
      return all.flat();
    },
  };
}
