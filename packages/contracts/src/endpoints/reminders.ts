import { IdParams, PageQuery } from '../rest/parameters.ts';
import { Reminders } from '../rest/reminder.ts';
import { RemindersHealth } from '../rest/reminders-health.ts';
import type { Endpoint } from './endpoint.ts';
import { edge, read } from './problem-sets.ts';

export const reminderEndpoints = {
  listReminders: {
    method: 'GET',
    path: '/assignments/:id/reminders',
    owner: 'reminders',
    summary: 'The reminders of an assignment: planned, sent, suppressed and why',
    access: 'token',
    params: IdParams,
    query: PageQuery,
    success: { status: 200, description: 'One page of the reminders', schema: Reminders },
    problems: read,
  },
  getRemindersHealth: {
    method: 'GET',
    path: '/workers/reminders/health',
    owner: 'reminders',
    summary: 'How well the reminders keep up',
    access: 'public',
    success: { status: 200, description: 'They keep up, or are behind', schema: RemindersHealth },
    otherwise: { status: 503, description: 'They are down' },
    problems: edge,
  },
} as const satisfies Record<string, Endpoint>;
