import { setTimeout as delay } from 'node:timers/promises';
import { type Dispatcher, request } from 'undici';
import { z } from 'zod';
import { type FeedSegment, type FeedSession, noteReceived } from '../history/feed-session.ts';
import type { Random } from '../random.ts';
import type { DrillUser } from './retrying-sender.ts';

export type FollowFeedDeps = {
  /** Each request goes to one of them at random. */
  gateways: readonly string[];
  by: DrillUser;
  dispatcher: Dispatcher;
  random: Random;
  signal: AbortSignal;
};

/** How long a stream is read before the client hangs up and resumes. */
const streamMs = [300, 4_000] as const;
const pollPauseMs = [20, 400] as const;
const retryPauseMs = 200;
const pollWaitS = 3;
const timeoutMs = 8_000;
const Page = z.object({ items: z.array(z.unknown()), nextCursor: z.string() });

/** Where a client is: its position, and the segment that it belongs to. */
type Place = { position: string; segment: FeedSegment };

/**
 * Follows the live feed until the signal is aborted, through outages and expired positions, and
 * notes in the session what comes.
 */
export async function followFeed(deps: FollowFeedDeps, session: FeedSession): Promise<void> {
  const follow = session.form === 'poll' ? poll : readStream;
  let place: Place | undefined;
  while (!deps.signal.aborted) {
    const next = await follow(deps, session, place).catch((error) => {
      if (!deps.signal.aborted) session.latest = String(error);
      return 'unavailable' as const;
    });
    if (next === 'expired') {
      if (place) place.segment.isExpired = true;
      place = undefined;
    } else if (next !== 'unavailable') place = next;
    const pauseMs = next === 'unavailable' ? retryPauseMs : deps.random.between(...pollPauseMs);
    await delay(pauseMs, undefined, { signal: deps.signal }).catch(() => undefined);
  }
}

type Followed = Place | undefined | 'expired' | 'unavailable';

async function poll(deps: FollowFeedDeps, session: FeedSession, place: Place | undefined): Promise<Followed> {
  const query = place ? `?limit=100&wait=${pollWaitS}&cursor=${place.position}` : '';
  const answer = await ask(deps, session, `/changes${query}`, { accept: 'application/json' }, timeoutMs);
  if (answer.statusCode !== 200) return refused(answer);
  const { items, nextCursor } = Page.parse(await answer.body.json());
  const segment = place?.segment ?? begin(session);
  for (const event of items) noteReceived(segment, event);
  return { position: nextCursor, segment };
}

/** Reads a stream for a while. @returns the position of the last event that came as a whole */
async function readStream(deps: FollowFeedDeps, session: FeedSession, place: Place | undefined): Promise<Followed> {
  const headers = { accept: 'text/event-stream', ...(place && { 'last-event-id': place.position }) };
  const answer = await ask(deps, session, '/changes', headers, deps.random.between(...streamMs));
  if (answer.statusCode !== 200) return refused(answer);
  let current = place;
  let unread = '';
  try {
    for await (const chunk of answer.body.setEncoding('utf8')) {
      const blocks = `${unread}${chunk}`.split('\n\n');
      unread = blocks.pop() ?? '';
      for (const block of blocks) {
        const { id, data } = readBlock(block);
        if (id !== undefined) current = { position: id, segment: current?.segment ?? begin(session) };
        if (data !== undefined && current) noteReceived(current.segment, JSON.parse(data));
      }
    }
  } catch {
    // It hung up, or the gateway did.
  }
  return current;
}

/** One server-sent event. */
function readBlock(block: string): { id?: string | undefined; data?: string | undefined } {
  const field = (name: string) =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  return { id: field('id'), data: field('data') };
}

function begin({ segments }: FeedSession): FeedSegment {
  const segment: FeedSegment = { from: Date.now(), isExpired: false, received: [] };
  segments.push(segment);
  return segment;
}

async function refused(answer: Dispatcher.ResponseData): Promise<'expired' | 'unavailable'> {
  await answer.body.dump();
  return answer.statusCode === 410 ? 'expired' : 'unavailable';
}

async function ask(
  { gateways, by, dispatcher, random, signal }: FollowFeedDeps,
  session: FeedSession,
  path: string,
  headers: Record<string, string>,
  withinMs: number,
): Promise<Dispatcher.ResponseData> {
  const answer = await request(new URL(path, random.pick(gateways)), {
    dispatcher,
    headers: { authorization: `Bearer ${by.token}`, ...headers },
    signal: AbortSignal.any([signal, AbortSignal.timeout(withinMs)]),
  });
  session.latest = `status ${answer.statusCode}`;
  return answer;
}
