import { FreeWindows } from '../rest/free-windows.ts';
import { FreeWindowsQuery, IdParams } from '../rest/parameters.ts';
import type { EndpointDefinition } from './endpoint.ts';
import { list } from './problem-sets.ts';

export const providerEndpoints = {
  listFreeWindows: {
    method: 'GET',
    path: '/providers/:id/free-windows',
    owner: 'scheduling',
    summary: 'Free windows of a provider; rounded to quarter-hours except for that provider and ops',
    description: 'For customers, providers and ops, about any provider. Gaps shorter than `minutes` are left out.',
    tag: 'Schedule',
    roles: ['customer', 'provider', 'ops'],
    access: 'token',
    params: IdParams,
    query: FreeWindowsQuery,
    success: { status: 200, description: 'The free intervals, within the horizon', schema: FreeWindows },
    problems: [...list, 'forbidden'],
  },
} as const satisfies Record<string, EndpointDefinition>;
