import { handle, type Passthrough, passthrough, type Route, readQuery } from '@punctual/chassis';
import { type Endpoint, endpoints } from '@punctual/contracts';
import type { GatewayDeps } from '../deps.ts';
import type { UpstreamName } from '../upstream/upstreams.ts';
import { sendDocsPage } from './docs.ts';
import { getOpenApi, getSchema } from './documents.ts';
import { explainAssignment } from './explain-assignment.ts';
import { createFollowChanges } from './follow-changes.ts';
import { pipeResponse, send, toUpstream } from './forward.ts';
import { listChanges } from './list-changes.ts';
import { listReminders } from './list-reminders.ts';
import { readAssignment } from './read-assignment.ts';
import { streamChanges } from './stream-changes.ts';

/** Every endpoint goes to its owner, except those that the gateway answers itself. */
export function createRoutes(deps: GatewayDeps): Route[] {
  const follow = createFollowChanges(deps);
  return [
    ...Object.values(endpoints).flatMap((endpoint) => forwarded(deps, endpoint)),
    passthrough(endpoints.getAssignment, readAssignment(deps)),
    passthrough(endpoints.listReminders, listReminders(deps)),
    assembled(endpoints.streamChanges, streamChanges(deps, follow)),
    passthrough(endpoints.listChanges, listChanges(deps, follow)),
    assembled(endpoints.explainAssignment, explainAssignment(deps)),
    handle(endpoints.getOpenApi, getOpenApi()),
    handle(endpoints.getSchema, getSchema()),
    passthrough(endpoints.getDocs, sendDocsPage),
  ];
}

/** Forwarded with something added. */
const answeredHere = new Set<string>([endpoints.getAssignment.name, endpoints.listReminders.name]);

function forwarded(deps: GatewayDeps, endpoint: Endpoint): Route[] {
  if (endpoint.owner === 'gateway' || answeredHere.has(endpoint.name)) return [];
  return [passthrough(endpoint, forwardTo(deps, endpoint.owner))];
}

/** An answer of the gateway itself: no service checks the query. */
function assembled(endpoint: Endpoint, answer: Passthrough): Route {
  return passthrough(endpoint, async (request, response) => {
    readQuery(endpoint, request);
    await answer(request, response);
  });
}

function forwardTo(deps: GatewayDeps, service: UpstreamName): Passthrough {
  return async (request, response) =>
    pipeResponse(deps, await send(deps, service, toUpstream(request, response)), response);
}
