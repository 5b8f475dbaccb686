import { EventEmitter } from 'node:events';
import type { Uuid } from '@punctual/contracts';
import { assignmentOf, type Change, readChange, type Source, sources } from './change.ts';
import type { Cursor, Places } from './cursor.ts';
import { type FollowDeps, followStream } from './follow-stream.ts';
import { judgePlaces, knownPlace } from './judge-places.ts';
import { readPart } from './read-part.ts';
import { takeTurns } from './take-turns.ts';

/** What a client has missed: the changes of an assignment between its cursor and the feed's places. */
export type Missed = { assignmentId: Uuid; userId: Uuid; since: Cursor; until: Places; signal: AbortSignal };

/** The changes of all assignments, as they come, for any number of listeners in this process. */
export type ChangeFeed = {
  /** Resolves when the feed has been at the end of every stream; it does not while NATS has not been there yet. */
  readonly ready: Promise<unknown>;
  /** Up to where the feed has come. */
  places(): Places;
  /** Whether all that came after these places can still be sent; rejects when NATS has to be asked and is away. */
  reachesBack(since: Places): Promise<boolean>;
  /** Calls the listener for every change of the assignment from now on; it must not throw. Returns how to end that. */
  listen(assignmentId: Uuid, listener: (change: Change) => void): () => void;
  /** What was missed: in the order of each stream, one stream after another. It holds no more than a part of it at a time. */
  missed(missed: Missed): AsyncIterable<Change>;
};

/** Follows every stream once, however many listeners there are. */
export function createChangeFeed(deps: FollowDeps & { maxAgeMs: number }): ChangeFeed {
  const changes = new EventEmitter().setMaxListeners(0);
  const follow = (source: Source) =>
    followStream(deps, source, (sent) => {
      const assignmentId = assignmentOf(sent.message);
      if (assignmentId === undefined || changes.listenerCount(assignmentId) === 0) return;
      const change = readChange(deps.logger, assignmentId, sent);
      if (change) changes.emit(assignmentId, change);
    });
  const followers = { SCHEDULE: follow('SCHEDULE'), REMINDER: follow('REMINDER'), PAYOUT: follow('PAYOUT') };
  const turn = takeTurns();

  async function* missedOf(source: Source, { assignmentId, userId, since, until, signal }: Missed) {
    const { born, position } = until[source];
    const { recent, place } = followers[source];
    let { position: after } = knownPlace(since[source], until[source]);
    while (after < position) {
      if (place().born !== born) throw new Error('The stream began anew meanwhile.');
      const remembered = recent.of(assignmentId, after);
      if (remembered) {
        const missed = remembered.filter(({ message }) => message.seq <= position);
        return yield* missed.flatMap((sent) => readChange(deps.logger, assignmentId, sent) ?? []);
      }
      const gap = { source, born, assignmentId, after, until: position, signal };
      const broker = await deps.broker.connected();
      const part = await turn(userId, signal, () => readPart({ broker, logger: deps.logger }, gap));
      yield* part.changes;
      after = part.reached;
    }
  }

  return {
    ready: Promise.all(sources.map((source) => followers[source].ready)),
    places: () => ({
      SCHEDULE: followers.SCHEDULE.place(),
      REMINDER: followers.REMINDER.place(),
      PAYOUT: followers.PAYOUT.place(),
    }),
    reachesBack: judgePlaces({ ...deps, followers }),
    listen: (assignmentId, listener) => {
      changes.on(assignmentId, listener);
      return () => changes.off(assignmentId, listener);
    },
    missed: async function* (missed) {
      for (const source of sources) yield* missedOf(source, missed);
    },
  };
}
