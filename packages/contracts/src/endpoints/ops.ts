import type { z } from 'zod';
import { Explanation, PayoutExplanation, RemindersExplanation, ScheduleExplanation } from '../rest/explanation.ts';
import { IdParams, OpenRemindersQuery } from '../rest/parameters.ts';
import { OpenReminders } from '../rest/reminder.ts';
import type { EndpointDefinition } from './endpoint.ts';
import { list, read } from './problem-sets.ts';

export const opsEndpoints = {
  explainAssignment: {
    method: 'GET',
    path: '/ops/assignments/:id/explain',
    owner: 'gateway',
    summary:
      'Everything known about an assignment: its latest changes, its events and their consumers, reminders, payout',
    description: 'For ops. Each part comes from its service. `missing` lists the parts that could not be read.',
    tag: 'Operations',
    roles: ['ops'],
    access: 'ops',
    params: IdParams,
    success: { status: 200, description: 'The explanation, and its missing parts', schema: Explanation },
    problems: [...read, 'forbidden'],
  },
  listOpenReminders: {
    method: 'GET',
    path: '/ops/reminders',
    owner: 'reminders',
    summary: 'Upcoming or overdue reminders, earliest first',
    description: 'For ops. Over all assignments.',
    tag: 'Operations',
    roles: ['ops'],
    access: 'ops',
    query: OpenRemindersQuery,
    success: { status: 200, description: 'The first reminders', schema: OpenReminders },
    problems: [...list, 'forbidden'],
  },
} as const satisfies Record<string, EndpointDefinition>;

/**
 * `explainAssignment` as the services serve it to the gateway: each with its own part. It is not in
 * the OpenAPI document.
 */
export const explanationParts = {
  scheduling: explanationPart('scheduling', ScheduleExplanation),
  reminders: explanationPart('reminders', RemindersExplanation),
  payouts: explanationPart('payouts', PayoutExplanation),
} as const;

function explanationPart<Owner extends EndpointDefinition['owner'], Schema extends z.ZodType>(
  owner: Owner,
  schema: Schema,
) {
  const { explainAssignment } = opsEndpoints;
  const success = { status: 200, description: `The part of ${owner}`, schema } as const;
  return { ...explainAssignment, name: 'explainAssignment', owner, success } as const;
}
