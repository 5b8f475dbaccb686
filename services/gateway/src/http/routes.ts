import { handle, type Relay, type Route, relay } from '@punctual/chassis';
import { type Endpoint, endpoints } from '@punctual/contracts';
import { openApiDocument } from '@punctual/contracts/openapi';
import type { Upstreams } from '../upstream/upstreams.ts';
import { sendDocsPage } from './docs.ts';
import { type ExplainDeps, explainAssignment } from './explain-assignment.ts';
import { ask, passOn, toUpstream } from './forward.ts';
import { listReminders } from './list-reminders.ts';
import { type StreamChangesDeps, streamChanges } from './stream-changes.ts';

export type RoutesDeps = StreamChangesDeps & ExplainDeps;

/** Every endpoint of the contract goes to its owner, but for those that the gateway answers or composes. */
export function createRoutes(deps: RoutesDeps): Route[] {
  const document = openApiDocument();
  return [
    ...Object.values(endpoints).flatMap((endpoint) => forwarded(deps, endpoint)),
    relay(endpoints.listReminders, listReminders(deps)),
    relay(endpoints.streamChanges, streamChanges(deps)),
    relay(endpoints.explainAssignment, explainAssignment(deps)),
    handle(endpoints.getOpenApi, async () => ({ body: document })),
    relay(endpoints.getDocs, sendDocsPage),
  ];
}

function forwarded(deps: RoutesDeps, endpoint: Endpoint): Route[] {
  if (endpoint.owner === 'gateway' || endpoint.name === endpoints.listReminders.name) return [];
  return [relay(endpoint, forwardTo(deps, deps.upstreams[endpoint.owner]))];
}

function forwardTo(deps: RoutesDeps, upstream: Upstreams[keyof Upstreams]): Relay {
  return async (request, response) => passOn(deps, await ask(deps, upstream, toUpstream(request, response)), response);
}
