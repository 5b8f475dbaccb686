import type { Passthrough } from '@punctual/chassis';
import type { GatewayDeps } from '../deps.ts';
import { discard, pipeResponse, send, toUpstream } from './forward.ts';

/**
 * Answers with the reminders of an assignment. Reminders knows an assignment only from its first
 * event on. Before that, scheduling decides: the list is empty for anyone who may see the
 * assignment.
 */
export function listReminders(deps: GatewayDeps): Passthrough {
  return async (request, response) => {
    const forwarded = toUpstream(request, response);
    const reminders = await send(deps, 'reminders', forwarded);
    if (reminders?.statusCode !== 404) return pipeResponse(deps, reminders, response);
    discard(reminders);

    const path = `/assignments/${encodeURIComponent(String(request.params.id))}`;
    const assignment = await send(deps, 'scheduling', { ...forwarded, path });
    if (assignment?.statusCode !== 200) return pipeResponse(deps, assignment, response);
    discard(assignment);
    response.set('Cache-Control', 'no-store').json({ items: [], nextCursor: null });
  };
}
