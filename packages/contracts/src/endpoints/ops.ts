import { Explanation } from '../rest/explanation.ts';
import { IdParams, OpenRemindersQuery } from '../rest/parameters.ts';
import { OpenReminders } from '../rest/reminder.ts';
import type { Endpoint } from './endpoint.ts';
import { list, read } from './problem-sets.ts';

export const opsEndpoints = {
  explainAssignment: {
    method: 'GET',
    path: '/ops/assignments/:id/explain',
    owner: 'gateway',
    summary: 'What every part knows of an assignment: its latest changes, events and who took them, reminders, payout',
    access: 'token',
    params: IdParams,
    success: { status: 200, description: 'The whole, and what is missing of it', schema: Explanation },
    problems: [...read, 'forbidden'],
  },
  listOpenReminders: {
    method: 'GET',
    path: '/ops/reminders',
    owner: 'reminders',
    summary: 'Reminders that are to be sent next, or are later than their grace, earliest first',
    access: 'token',
    query: OpenRemindersQuery,
    success: { status: 200, description: 'The first of them', schema: OpenReminders },
    problems: [...list, 'forbidden'],
  },
} as const satisfies Record<string, Endpoint>;
