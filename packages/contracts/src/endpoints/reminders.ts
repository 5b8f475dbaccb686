import { IdParams, PageQuery } from '../rest/parameters.ts';
import { Reminders } from '../rest/reminder.ts';
import { RemindersHealth } from '../rest/reminders-health.ts';
import type { EndpointDefinition } from './endpoint.ts';
import { edge, read } from './problem-sets.ts';

export const reminderEndpoints = {
  listReminders: {
    method: 'GET',
    path: '/assignments/:id/reminders',
    owner: 'reminders',
    summary: 'The reminders of an assignment: planned, sent, suppressed and why',
    description: 'For those who may read the assignment. Ordered by version of the schedule, then by time.',
    tag: 'Reminders',
    roles: ['customer', 'provider', 'finance', 'ops'],
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
    summary: 'Health of the reminders',
    description: 'For monitoring. 503 means that no reminder is sent.',
    tag: 'Operations',
    roles: 'anyone',
    access: 'public',
    success: { status: 200, description: 'Reminders keep up, or are behind', schema: RemindersHealth },
    otherwise: { status: 503, description: 'Reminders are down' },
    problems: [...edge, 'validation-failed'],
  },
} as const satisfies Record<string, EndpointDefinition>;
