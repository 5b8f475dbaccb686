import { setTimeout as delay } from 'node:timers/promises';
import { type Caller, HttpProblem } from '@punctual/chassis';
import type { Request, Response } from 'express';
import { type Cursor, readCursor } from '../changes/cursor.ts';
import { sendChanges } from '../changes/send-changes.ts';
import type { View, ViewName } from '../changes/view.ts';
import type { GatewayDeps } from '../deps.ts';
import { endWhenRevoked } from './end-when-revoked.ts';
import { type EventStream, eventStreamHeaders, openEventStream } from './event-stream.ts';
import { observeStreams } from './gateway-metrics.ts';
import { limitStreams } from './limit-streams.ts';

/** What the routes of changes have in common. */
export type FollowChanges = {
  /**
   * Takes one of the caller's slots until the response closes, and waits until the feed is ready.
   * @throws HttpProblem `unavailable`, `too-many-streams`
   */
  admit(response: Response): Promise<void>;
  /** @throws HttpProblem `cursor-expired`, `unavailable` */
  assertCanResume(since: Cursor): Promise<void>;
  /**
   * Sends server-sent events: the changes since a cursor, then each one as it happens. The stream
   * ends with the token, or when its key is withdrawn.
   * @throws HttpProblem `unavailable`, `validation-failed`
   */
  stream(request: Request, response: Response, from: { view: View; since: Cursor }): void;
};

const feedTimeoutMs = 3_000;
/** Seconds. One of the user's streams may be that of a client that has just left. */
const retryTooManyS = 5;

export function createFollowChanges(deps: GatewayDeps): FollowChanges {
  const { config, feed, lifecycle } = deps;
  const limit = limitStreams({ max: config.MAX_CHANGE_STREAMS, maxPerUser: config.MAX_CHANGE_STREAMS_PER_USER });
  const streams = new Map<EventStream, ViewName>();
  observeStreams(streams, lifecycle.signal);
  const slots = new WeakMap<Response, () => void>();
  lifecycle.signal.addEventListener('abort', () => {
    for (const stream of streams.keys()) stream.close();
  });

  return {
    admit: async (response) => {
      if (!(await within(feedTimeoutMs, feed.ready))) throw unavailable('Changes are not available at the moment.');
      if (response.destroyed) return;
      const caller: Caller = response.locals.caller;
      const taken = limit.take(caller.id);
      if (taken === 'full') throw unavailable('Too many streams are open.');
      if (taken === 'full-for-user') throw tooManyStreams(config.MAX_CHANGE_STREAMS_PER_USER);
      response.once('close', taken);
      slots.set(response, taken);
    },
    assertCanResume: async (since) => {
      const canResume = await feed.canResume(since).catch(() => {
        throw missedUnavailable();
      });
      if (!canResume) throw expired(config.CHANGES_RESUME_MINUTES);
    },
    stream: (request, response, from) => {
      if (response.destroyed) return;
      if (lifecycle.signal.aborted) throw unavailable('This gateway is stopping.');
      const caller: Caller = response.locals.caller;
      if (request.method === 'HEAD') return void response.writeHead(200, eventStreamHeaders).end();
      if (!deps.takeOver(request)) throw busyConnection();
      const freeSlot = slots.get(response) ?? (() => undefined);
      response.off('close', freeSlot);
      const stream = openEventStream(response, request.socket, caller.expiresAt);
      streams.set(stream, from.view.name);
      stream.signal.addEventListener('abort', () => {
        streams.delete(stream);
        freeSlot();
      });
      endWhenRevoked(deps, request.get('authorization'), stream);
      writeChanges(deps, caller, from, stream);
    },
  };
}

/**
 * Reads a position that a client sends back.
 * @throws HttpProblem `validation-failed`
 */
export function readPosition(text: string, path: string): Cursor {
  const cursor = readCursor(text);
  if (cursor) return cursor;
  throw new HttpProblem('validation-failed', 'The position is not one of a change stream.', {
    errors: [{ path, message: 'must be a position that a change stream or the feed has given' }],
  });
}

export function readLastEventId(request: Request): Cursor | undefined {
  const id = request.get('last-event-id');
  return id ? readPosition(id, '/headers/last-event-id') : undefined;
}

export function missedUnavailable(): HttpProblem {
  return unavailable('Missed changes are not available at the moment.');
}

/** Writes changes and heartbeats while the stream is open. */
function writeChanges(
  { feed, config }: GatewayDeps,
  { id: userId }: Caller,
  from: { view: View; since: Cursor },
  stream: EventStream,
): void {
  let lastId = '';
  const changes = sendChanges(feed, from, {
    ...stream,
    userId,
    send: (event, id) => {
      lastId = id;
      stream.write(`event: ${event.type}`, `id: ${id}`, `data: ${JSON.stringify(event)}`);
    },
  });
  // Sends the id without an event when it has moved, so that a client that reconnects has little to
  // catch up with.
  const writeWithId = (...lines: string[]) => {
    const id = changes.cursor();
    stream.write(...lines, ...(id === lastId ? [] : [`id: ${id}`]));
    lastId = id;
  };
  writeWithId(': open', `retry: ${retryMs()}`);
  const beating = setInterval(writeWithId, config.CHANGES_HEARTBEAT_MS, ': alive');
  stream.signal.addEventListener('abort', () => clearInterval(beating));
}

function tooManyStreams(max: number): HttpProblem {
  const detail = `You have ${max} streams of changes open. Close one first.`;
  return new HttpProblem('too-many-streams', detail, {}, { 'Retry-After': `${retryTooManyS}` });
}

function busyConnection(): HttpProblem {
  return new HttpProblem('validation-failed', 'A stream needs a connection without other requests.', {
    errors: [{ path: '/headers/connection', message: 'must have no request that waits for its response' }],
  });
}

function expired(minutes: number): HttpProblem {
  const detail = `Missed changes can be sent for ${minutes} minutes. Read the resource again, then start without a position.`;
  return new HttpProblem('cursor-expired', detail);
}

/** Random, so that the clients of a gateway that stops do not all reconnect at once. */
function retryMs(): number {
  return 1_000 + Math.floor(Math.random() * 2_000);
}

function within(ms: number, ready: Promise<unknown>): Promise<boolean> {
  return Promise.race([ready.then(() => true), delay(ms, false, { ref: false })]);
}

function unavailable(detail: string): HttpProblem {
  return new HttpProblem('unavailable', detail, {}, { 'Retry-After': '1' });
}
