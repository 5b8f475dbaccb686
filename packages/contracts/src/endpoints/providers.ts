import { FreeWindows } from '../rest/free-windows.ts';
import { FreeWindowsQuery, IdParams } from '../rest/parameters.ts';
import type { Endpoint } from './endpoint.ts';
import { list } from './problem-sets.ts';

export const providerEndpoints = {
  listFreeWindows: {
    method: 'GET',
    path: '/providers/:id/free-windows',
    owner: 'scheduling',
    summary: 'When a provider has time; in quarter-hours for all but that provider and ops',
    access: 'token',
    params: IdParams,
    query: FreeWindowsQuery,
    success: { status: 200, description: 'The free intervals, within the horizon', schema: FreeWindows },
    problems: [...list, 'forbidden'],
  },
} as const satisfies Record<string, Endpoint>;
