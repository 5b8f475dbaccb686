import { Explanation } from '../rest/explanation.ts';
import { IdParams } from '../rest/parameters.ts';
import type { Endpoint } from './endpoint.ts';
import { read } from './problem-sets.ts';

export const opsEndpoints = {
  explainAssignment: {
    method: 'GET',
    path: '/ops/assignments/:id/explain',
    owner: 'gateway',
    summary: 'What every part knows of an assignment: changes, events and who took them, reminders, payout',
    access: 'token',
    params: IdParams,
    success: { status: 200, description: 'The whole, and what is missing of it', schema: Explanation },
    problems: [...read, 'forbidden'],
  },
} as const satisfies Record<string, Endpoint>;
