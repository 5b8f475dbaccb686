import type { Passthrough } from '@punctual/chassis';
import { Uuid } from '@punctual/contracts';
import { z } from 'zod';
import { beginAt } from '../changes/cursor.ts';
import { viewOfAssignment } from '../changes/view.ts';
import type { GatewayDeps } from '../deps.ts';
import { type FollowChanges, readLastEventId } from './follow-changes.ts';
import { pipeResponse, readJson, send, toUpstream } from './forward.ts';

const Assignment = z.object({ id: Uuid });

/**
 * Streams the changes of an assignment as server-sent events to anyone scheduling shows the
 * assignment to: those from the time of the request on, and with `Last-Event-ID` also those missed
 * since then.
 */
export function streamChanges(deps: GatewayDeps, follow: FollowChanges): Passthrough {
  return async (request, response) => {
    const resumed = readLastEventId(request);
    await follow.admit(response);
    if (response.destroyed) return;
    // Before scheduling is asked, so that no event is lost between its response and the stream.
    const since = resumed ?? beginAt(deps.feed.positions());

    const path = `/assignments/${encodeURIComponent(String(request.params.id))}`;
    const found = await send(deps, 'scheduling', { ...toUpstream(request, response), method: 'GET', path });
    if (found?.statusCode !== 200) return pipeResponse(deps, found, response);
    const { id: assignmentId } = Assignment.parse(await readJson(found));
    if (resumed) await follow.assertCanResume(resumed);
    follow.stream(request, response, { view: viewOfAssignment(response.locals.caller, assignmentId), since });
  };
}
