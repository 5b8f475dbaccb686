import { type Caller, HttpProblem, type Passthrough, readQuery } from '@punctual/chassis';
import { endpoints, type Role } from '@punctual/contracts';
import type { Request, Response } from 'express';
import { beginAt, type Cursor, writeCursor } from '../changes/cursor.ts';
import { readPage } from '../changes/read-page.ts';
import { viewOfPerson } from '../changes/view.ts';
import type { GatewayDeps } from '../deps.ts';
import { endWhenRevoked } from './end-when-revoked.ts';
import { type FollowChanges, missedUnavailable, readLastEventId, readPosition } from './follow-changes.ts';

const eventStream = 'text/event-stream';
/** Only they have assignments or payouts to see. */
const readers: readonly Role[] = ['customer', 'provider', 'finance', 'ops'];

/**
 * Answers with the changes of all assignments and payouts that the caller may see, as server-sent
 * events or as a long poll. The token alone decides what the caller sees, so no service is asked.
 */
export function listChanges(deps: GatewayDeps, follow: FollowChanges): Passthrough {
  return async (request, response) => {
    const { cursor, limit, wait } = readQuery(endpoints.listChanges, request);
    const isStream = request.accepts(['application/json', eventStream]) === eventStream;
    const resumed = (isStream && readLastEventId(request)) || (cursor && readPosition(cursor, '/cursor'));
    const caller: Caller = response.locals.caller;
    if (!caller.roles.some((role) => readers.includes(role)))
      throw new HttpProblem('forbidden', `Only ${readers.join(', ')} may follow changes.`);

    await follow.admit(response);
    if (response.destroyed) return;
    if (resumed) await follow.assertCanResume(resumed);
    response.vary('Accept');
    const since = resumed || beginAt(deps.feed.positions());
    if (isStream) return follow.stream(request, response, { view: viewOfPerson(caller), since });
    const waitMs = resumed && request.method === 'GET' ? wait * 1_000 : 0;
    await answerPage(deps, follow, request, response, { since, limit, waitMs });
  };
}

type Wanted = { since: Cursor; limit: number; waitMs: number };

async function answerPage(
  deps: GatewayDeps,
  follow: FollowChanges,
  request: Request,
  response: Response,
  { since, limit, waitMs }: Wanted,
): Promise<void> {
  const caller: Caller = response.locals.caller;
  const ending = new AbortController();
  const end = () => ending.abort();
  response.once('close', end);
  endWhenRevoked(deps, request.get('authorization'), { signal: ending.signal, close: end });
  // A request that waits is not one in progress. The slots of its user limit it.
  deps.release(response);

  const untilExpiry = caller.expiresAt * 1_000 - Date.now();
  const reader = { userId: caller.id, signal: AbortSignal.any([ending.signal, deps.lifecycle.signal]) };
  try {
    const wanted = { limit, waitMs: Math.min(waitMs, untilExpiry) };
    const page = await readPage(deps.feed, { view: viewOfPerson(caller), since }, reader, wanted);
    if (response.destroyed) return;
    response.set('Cache-Control', 'no-store').json({ items: page.items, nextCursor: writeCursor(page.cursor) });
  } catch (error) {
    if (response.destroyed) return;
    deps.logger.warn({ err: error }, 'Changes could not be read');
    // A stream may have been recreated meanwhile.
    await follow.assertCanResume(since);
    throw missedUnavailable();
  } finally {
    end();
  }
}
