import type { Passthrough } from '@punctual/chassis';
import type { GatewayDeps } from '../deps.ts';
import { discard, pipeResponse, send, toUpstream } from './forward.ts';

/**
 * Answers with an assignment that is no older than what this gateway's streams have said about its
 * payout and reminders: scheduling has copies of both, and waits for them when asked to. What the
 * client asks for itself is left alone.
 */
export function readAssignment(deps: GatewayDeps): Passthrough {
  return async (request, response) => {
    const forwarded = toUpstream(request, response);
    const id = String(request.params.id).toLowerCase();
    const wanted = {
      minPayoutVersion: deps.feed.recentVersion('PAYOUT', id),
      minReminderSequence: deps.feed.recentVersion('REMINDER', id),
    };
    const added = Object.entries(wanted).flatMap(([name, version]) =>
      version === undefined || request.query[name] !== undefined ? [] : [`${name}=${version}`],
    );
    const separator = forwarded.path.includes('?') ? '&' : '?';
    const path = added.length > 0 ? `${forwarded.path}${separator}${added.join('&')}` : forwarded.path;
    let found = await send(deps, 'scheduling', { ...forwarded, path });
    // An older scheduling may refuse what the client has not sent.
    if (found?.statusCode === 400 && added.length > 0) {
      discard(found);
      found = await send(deps, 'scheduling', forwarded);
    }
    await pipeResponse(deps, found, response);
  };
}
