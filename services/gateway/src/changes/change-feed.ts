import { EventEmitter } from 'node:events';
import type { Uuid } from '@punctual/contracts';
import { createCanResume } from './can-resume.ts';
import { type Change, type ChangeStream, changeStreams, readChange, type StreamPosition } from './change.ts';
import { type Cursor, findBehind, type StreamPositions } from './cursor.ts';
import { type FollowStreamDeps, followStream } from './follow-stream.ts';
import { blockSize, createHistory, type Reader } from './history.ts';
import type { View } from './view.ts';

/** Changes between a cursor and `reached`. */
export type Stretch = { stream: ChangeStream; changes: Change[]; reached: StreamPosition };

export type Listener = {
  onChange(change: Change): void;
  /** A stream was recreated. Its changes come from its beginning on. */
  onRestart?(): void;
};

/**
 * All changes as they happen, for any number of clients of this process: each stream is read once.
 */
export type ChangeFeed = {
  /** Resolves when the feed has reached the end of every stream. */
  readonly ready: Promise<unknown>;
  /** How far the feed has come. */
  positions(): StreamPositions;
  /**
   * Whether everything after these positions can still be sent. Rejects when NATS has to be asked
   * and is unavailable.
   */
  canResume(since: StreamPositions): Promise<boolean>;
  /**
   * Calls the listener for each change about this id, or about any, from now on. It must not throw.
   * @returns how to stop that
   */
  listen(about: Uuid | undefined, listener: Listener): () => void;
  /**
   * The newest version of an assignment's payout or reminders that the feed has passed on within
   * {@link recentlyMs}; undefined without one.
   */
  recentVersion(stream: 'PAYOUT' | 'REMINDER', assignmentId: Uuid): number | undefined;
  /**
   * Reads the next changes of a view after a cursor that is behind: at most `most`, in stream
   * order, one stream after another. Rejects when NATS has to be asked and is unavailable, and when
   * the stream was recreated and the view does not survive that.
   */
  next(view: View, cursor: Cursor, reader: Reader, most: number): Promise<Stretch>;
};

/** Copies of what was said longer ago are there, or will not come soon. */
const recentlyMs = 10_000;
const anyId = '*';
const restart = 'restart';

/** Follows each stream once for all listeners. */
export function createChangeFeed(deps: FollowStreamDeps & { maxAgeMs: number }): ChangeFeed {
  const { logger } = deps;
  const changes = new EventEmitter().setMaxListeners(0);
  const history = createHistory(deps);
  const follow = (stream: ChangeStream) =>
    followStream(deps, stream, {
      onMessage: (message) => {
        const topics = [...message.ids, anyId].filter((topic) => changes.listenerCount(topic) > 0);
        const change = topics.length > 0 && readChange(logger, message);
        if (change) for (const topic of topics) changes.emit(topic, change);
      },
      onRestart: () => changes.emit(restart),
    });
  const followers = { SCHEDULE: follow('SCHEDULE'), REMINDER: follow('REMINDER'), PAYOUT: follow('PAYOUT') };
  const positions = () => ({
    SCHEDULE: followers.SCHEDULE.position(),
    REMINDER: followers.REMINDER.position(),
    PAYOUT: followers.PAYOUT.position(),
  });

  return {
    ready: Promise.all(changeStreams.map((stream) => followers[stream].ready)),
    positions,
    canResume: createCanResume({ ...deps, followers }),
    listen: (about = anyId, { onChange, onRestart = () => undefined }) => {
      changes.on(about, onChange).on(restart, onRestart);
      return () => changes.off(about, onChange).off(restart, onRestart);
    },
    recentVersion: (stream, assignmentId) => {
      const message = followers[stream].recent.find(assignmentId, 0, Number.POSITIVE_INFINITY).at(-1);
      if (!message || message.message.time.getTime() < Date.now() - recentlyMs) return undefined;
      const change = readChange(logger, message);
      return change && Number(change.event.sequence);
    },
    next: async ({ about, survivesRestart }, cursor, reader, most) => {
      const stream = findBehind(cursor, positions()) ?? 'SCHEDULE';
      const { recent, position } = followers[stream];
      const end = position();
      const { streamCreatedAt, sequence } = cursor[stream];
      const isRestart = streamCreatedAt !== 0 && streamCreatedAt !== end.streamCreatedAt;
      if (isRestart && !survivesRestart) throw new Error('The stream was recreated.');
      // Everything in a stream that was created meanwhile came later.
      const after = streamCreatedAt === end.streamCreatedAt ? sequence : 0;
      let [window, until] = [recent, end.sequence];
      if (!recent.reachesBackTo(after)) {
        const begin = after - (after % blockSize);
        until = Math.min(begin + blockSize, end.sequence);
        window = await history.read({ stream, streamCreatedAt: end.streamCreatedAt, after: begin, until }, reader);
        if (position().streamCreatedAt !== end.streamCreatedAt) throw new Error('The stream was recreated meanwhile.');
      }
      const found = window.find(about, after, most);
      const last = found.length === most ? found.at(-1)?.message.seq : undefined;
      return {
        stream,
        changes: found.flatMap((message) => readChange(logger, message) ?? []),
        reached: { streamCreatedAt: end.streamCreatedAt, sequence: last ?? until },
      };
    },
  };
}
