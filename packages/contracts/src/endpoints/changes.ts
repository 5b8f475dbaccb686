import { ChangePage } from '../rest/change.ts';
import { ListChangesQuery } from '../rest/parameters.ts';
import type { EndpointDefinition } from './endpoint.ts';
import { list } from './problem-sets.ts';

export const changeEndpoints = {
  listChanges: {
    method: 'GET',
    path: '/changes',
    owner: 'gateway',
    summary: "The events of all the caller's assignments and payouts: a long poll, or server-sent events",
    description:
      'Customers and providers get the events of the assignments and payouts that they may read, finance and ops get ' +
      'all. Without `cursor` it starts now. Ask again with `nextCursor`.',
    tag: 'Changes',
    roles: ['customer', 'provider', 'finance', 'ops'],
    access: 'token',
    query: ListChangesQuery,
    success: {
      status: 200,
      description: 'The next changes, possibly none, and the position after them; or an open stream',
      schema: ChangePage,
    },
    alternative: 'text/event-stream',
    problems: [...list, 'forbidden', 'too-many-streams', 'cursor-expired'],
  },
} as const satisfies Record<string, EndpointDefinition>;
