import type { Relay } from '@punctual/chassis';
import type { Upstreams } from '../upstream/upstreams.ts';
import { ask, discard, type ForwardDeps, passOn, toUpstream } from './forward.ts';

/**
 * The reminders of an assignment. Reminders knows an assignment from its first event on, so for one without any the answer
 * is scheduling's to give: an empty list for whoever may see the assignment.
 */
export function listReminders(deps: ForwardDeps & { upstreams: Upstreams }): Relay {
  return async (request, response) => {
    const forwarded = toUpstream(request, response);
    const reminders = await ask(deps, deps.upstreams.reminders, forwarded);
    if (reminders?.statusCode !== 404) return passOn(deps, reminders, response);
    discard(reminders);

    const path = `/assignments/${encodeURIComponent(String(request.params.id))}`;
    const assignment = await ask(deps, deps.upstreams.scheduling, { ...forwarded, path });
    if (assignment?.statusCode !== 200) return passOn(deps, assignment, response);
    discard(assignment);
    response.set('Cache-Control', 'no-store').json({ items: [], nextCursor: null });
  };
}
