import { setTimeout as delay } from 'node:timers/promises';
import { type Authenticate, type Caller, HttpProblem, type Lifecycle, type Relay } from '@punctual/chassis';
import { Uuid } from '@punctual/contracts';
import type { Request } from 'express';
import { z } from 'zod';
import type { ChangeFeed } from '../changes/change-feed.ts';
import { beginAt, type Cursor, readCursor } from '../changes/cursor.ts';
import { sendChanges } from '../changes/send-changes.ts';
import type { GatewayConfig } from '../config.ts';
import type { Upstreams } from '../upstream/upstreams.ts';
import { countStreams, type StreamCount } from './count-streams.ts';
import { endWhenRefused } from './end-when-refused.ts';
import { type EventStream, openEventStream } from './event-stream.ts';
import { ask, type ForwardDeps, passOn, readJson, toUpstream } from './forward.ts';
import type { LoadShedding } from './shed-load.ts';

export type StreamChangesDeps = ForwardDeps & {
  config: GatewayConfig;
  lifecycle: Lifecycle;
  upstreams: Upstreams;
  feed: ChangeFeed;
  load: LoadShedding;
  authenticate: Authenticate;
};

const feedTimeoutMs = 3_000;
/** Seconds, after which a user with too many streams may try again: one of them may be of a client that is gone. */
const retryTooManyS = 5;
const Assignment = z.object({ id: Uuid });

/**
 * The changes of an assignment as server-sent events, for whoever scheduling shows the assignment to. What happens from the
 * moment of the request on is sent, with `Last-Event-ID` also what has happened since then. The stream ends
 * with the token, or when its key is withdrawn.
 */
export function streamChanges(deps: StreamChangesDeps): Relay {
  const { config, feed, lifecycle } = deps;
  const streams = new Set<EventStream>();
  const count = countStreams({ max: config.MAX_CHANGE_STREAMS, maxPerUser: config.MAX_CHANGE_STREAMS_PER_USER });
  lifecycle.signal.addEventListener('abort', () => {
    for (const stream of streams) stream.close();
  });

  return async (request, response) => {
    const resumed = readLastEventId(request);
    if (!(await within(feedTimeoutMs, feed.ready))) throw unavailable('Changes cannot be followed at the moment.');
    if (response.destroyed) return;
    const caller: Caller = response.locals.caller;
    response.once('close', takePlace(count, caller, config));
    // Before scheduling is asked, so that nothing falls between its answer and the first event.
    const since = resumed ?? beginAt(feed.places());

    const path = `/assignments/${encodeURIComponent(String(request.params.id))}`;
    const asked = { ...toUpstream(request, response), method: 'GET' as const, path };
    const answer = await ask(deps, deps.upstreams.scheduling, asked);
    if (answer?.statusCode !== 200) return passOn(deps, answer, response);
    const { id: assignmentId } = Assignment.parse(await readJson(answer));
    if (resumed && !(await reachesBack(feed, resumed))) throw expired(config);
    if (response.destroyed) return;
    if (lifecycle.signal.aborted) throw unavailable('This gateway is stopping.');

    const stream = openEventStream(response, caller.expiresAt);
    if (request.method === 'HEAD') return stream.close();
    streams.add(stream);
    deps.load.release(response);
    stream.signal.addEventListener('abort', () => streams.delete(stream));
    endWhenRefused(deps, request.get('authorization'), stream);
    send({ feed, config }, { assignmentId, since, caller }, stream);
  };
}

type Wanted = { assignmentId: Uuid; since: Cursor; caller: Caller };

/** Writes changes for as long as the stream is open, and signs of life. */
function send(
  deps: Pick<StreamChangesDeps, 'feed' | 'config'>,
  { caller, ...from }: Wanted,
  stream: EventStream,
): void {
  let lastId = '';
  const changes = sendChanges(deps.feed, from, {
    ...stream,
    caller,
    send: ({ event }, id) => {
      lastId = id;
      stream.write(`event: ${event.type}`, `id: ${id}`, `data: ${JSON.stringify(event)}`);
    },
  });
  // The id without an event when it has moved, so that a client that comes again has little to catch up with.
  const tell = (...lines: string[]) => {
    const id = changes.cursor();
    stream.write(...lines, ...(id === lastId ? [] : [`id: ${id}`]));
    lastId = id;
  };
  tell(': open', `retry: ${retryMs()}`);
  const beating = setInterval(tell, deps.config.CHANGES_HEARTBEAT_MS, ': alive');
  stream.signal.addEventListener('abort', () => clearInterval(beating));
}

/** @returns how to give the place back */
function takePlace(count: StreamCount, { id }: Caller, config: GatewayConfig): () => void {
  const taken = count.take(id);
  if (taken === 'full') throw unavailable('There are too many streams open here.');
  if (taken !== 'full-for-user') return taken;
  const detail = `You have ${config.MAX_CHANGE_STREAMS_PER_USER} streams of changes open. Close one first.`;
  throw new HttpProblem('too-many-streams', detail, {}, { 'Retry-After': `${retryTooManyS}` });
}

async function reachesBack(feed: ChangeFeed, since: Cursor): Promise<boolean> {
  return feed.reachesBack(since).catch(() => {
    throw unavailable('What was missed cannot be read at the moment.');
  });
}

function expired({ CHANGES_RESUME_MINUTES }: GatewayConfig): HttpProblem {
  const detail = `Changes are kept for ${CHANGES_RESUME_MINUTES} minutes to resume. Read the resource again, then start without a position.`;
  return new HttpProblem('cursor-expired', detail);
}

function readLastEventId(request: Request): Cursor | undefined {
  const id = request.get('last-event-id');
  if (id === undefined || id === '') return undefined;
  const cursor = readCursor(id);
  if (cursor) return cursor;
  throw new HttpProblem('validation-failed', 'The Last-Event-ID is none that was given here.', {
    errors: [{ path: '/headers/last-event-id', message: 'must be the id of an event of this stream' }],
  });
}

/** Spread, so that the clients of a gateway that stops do not all come to the next one at once. */
function retryMs(): number {
  return 1_000 + Math.floor(Math.random() * 2_000);
}

function within(ms: number, ready: Promise<unknown>): Promise<boolean> {
  return Promise.race([ready.then(() => true), delay(ms, false, { ref: false })]);
}

function unavailable(detail: string): HttpProblem {
  return new HttpProblem('unavailable', detail, {}, { 'Retry-After': '1' });
}
