import { FreeWindows } from '../rest/free-windows.ts';
import { FreeWindowsQuery, IdParams } from '../rest/parameters.ts';
import type { Endpoint } from './endpoint.ts';
import { list } from './problem-sets.ts';

export const providerEndpoints = {
  listFreeWindows: {
    method: 'GET',
    path: '/providers/:id/free-windows',
    owner: 'scheduling',
    summary: 'When a provider has time',
    access: 'token',
    params: IdParams,
    query: FreeWindowsQuery,
    success: { status: 200, description: 'The free intervals, within the horizon', schema: FreeWindows },
    problems: list,
  },
} as const satisfies Record<string, Endpoint>;
