import { Assignment, AssignmentPage } from '../rest/assignment.ts';
import { CancelBody, ConfirmBody, DisputeBody, RejectBody, ScheduleBody } from '../rest/assignment-commands.ts';
import { EmptyBody } from '../rest/empty-body.ts';
import { GetAssignmentQuery, IdParams, ListAssignmentsQuery, PageQuery, ProposeQuery } from '../rest/parameters.ts';
import { Timeline } from '../rest/timeline.ts';
import { Window } from '../scalars.ts';
import { dryRun } from './deprecations.ts';
import type { EndpointDefinition } from './endpoint.ts';
import { change, list, read, windowRules } from './problem-sets.ts';

const assignment = { status: 200, description: 'The assignment', schema: Assignment, etag: true } as const;

export const assignmentEndpoints = {
  proposeForAssignment: {
    method: 'POST',
    path: '/assignments/:id/schedule',
    owner: 'scheduling',
    summary: 'Propose a window, as the provider',
    description:
      'For the provider of the assignment. Proposes a window, or another one. The customer confirms it or makes a counter-proposal.',
    tag: 'Schedule',
    roles: ['provider'],
    access: 'token',
    params: IdParams,
    query: ProposeQuery,
    deprecatedQuery: { dryRun },
    body: ScheduleBody,
    success: {
      ...assignment,
      description: 'The assignment with the proposal; `{ok: true}` for a dry run',
    },
    problems: [...change, 'too-many-proposals', ...windowRules],
  },
  checkForAssignment: {
    method: 'POST',
    path: '/assignments/:id/schedule/check',
    owner: 'scheduling',
    summary: 'Check a window as the provider, without proposing it',
    description:
      'For the provider of the assignment. Answers with the window as it would be proposed, or with the problem that the proposal would get. Changes nothing.',
    tag: 'Schedule',
    roles: ['provider'],
    access: 'token',
    params: IdParams,
    body: ScheduleBody,
    success: { status: 200, description: 'The window as it would be proposed', schema: Window, etag: true },
    problems: [...change, 'too-many-proposals', ...windowRules],
  },
  confirmSchedule: {
    method: 'POST',
    path: '/assignments/:id/schedule/confirm',
    owner: 'scheduling',
    summary: 'Accept the latest proposal of the other side',
    description:
      'For the side that did not propose, or for either side after a proposal of ops. Never for the person who proposed.',
    tag: 'Schedule',
    roles: ['customer', 'provider'],
    access: 'token',
    params: IdParams,
    body: ConfirmBody,
    bodyOptional: true,
    success: assignment,
    problems: [...change, 'own-proposal', 'version-conflict', 'window-taken'],
  },
  rejectAssignment: {
    method: 'POST',
    path: '/assignments/:id/reject',
    owner: 'scheduling',
    summary: 'Reject the window or release the provider, optionally with a counter-proposal',
    description:
      'For the customer and the provider of the assignment. With `scope: assignment` it releases the provider. A `counter` rejects the window and proposes another one in one step.',
    tag: 'Schedule',
    roles: ['customer', 'provider'],
    access: 'token',
    params: IdParams,
    body: RejectBody,
    bodyOptional: true,
    success: assignment,
    problems: [...change, 'visit-started', 'too-many-proposals', 'reason-required', ...windowRules],
  },
  cancelAssignment: {
    method: 'POST',
    path: '/assignments/:id/cancel',
    owner: 'scheduling',
    summary: 'Cancel an assignment',
    description:
      'For the customer of the assignment and ops. Also cancels the job. The customer cannot cancel a visit that has started.',
    tag: 'Assignments',
    roles: ['customer', 'ops'],
    access: 'token',
    params: IdParams,
    body: CancelBody,
    success: assignment,
    problems: [...change, 'visit-started'],
  },
  completeAssignment: {
    method: 'POST',
    path: '/assignments/:id/complete',
    owner: 'scheduling',
    summary: 'Complete an assignment',
    description:
      'For the provider of the assignment and ops, once its confirmed window has started. The payout then waits for approval.',
    tag: 'Assignments',
    roles: ['provider', 'ops'],
    access: 'token',
    params: IdParams,
    body: EmptyBody,
    bodyOptional: true,
    success: assignment,
    problems: [...change, 'not-started'],
  },
  disputeAssignment: {
    method: 'POST',
    path: '/assignments/:id/dispute',
    owner: 'scheduling',
    summary: 'Dispute the visit or the work',
    description:
      'For the customer and the provider of the assignment, and ops. Each of these three can dispute once. It stops the payout.',
    tag: 'Assignments',
    roles: ['customer', 'provider', 'ops'],
    access: 'token',
    params: IdParams,
    body: DisputeBody,
    success: assignment,
    problems: [...change, 'not-started'],
  },
  getAssignment: {
    method: 'GET',
    path: '/assignments/:id',
    owner: 'scheduling',
    summary: 'Read an assignment, with the actions available to the caller',
    description:
      'For its customer, its provider, finance and ops. A released provider still sees the assignment. `actions` says what the caller may do now. With `minPayoutVersion` or `minReminderSequence` it waits up to two seconds for the copies of the payout and the reminders.',
    tag: 'Assignments',
    roles: ['customer', 'provider', 'finance', 'ops'],
    access: 'token',
    params: IdParams,
    query: GetAssignmentQuery,
    success: assignment,
    problems: read,
  },
  listAssignments: {
    method: 'GET',
    path: '/assignments',
    owner: 'scheduling',
    summary: "The caller's own assignments; for ops, all assignments",
    description:
      'Customers and providers get their own assignments, ops gets all. All filters together select. A cursor belongs to its filters and its `sort`.',
    tag: 'Assignments',
    roles: ['customer', 'provider', 'ops'],
    access: 'token',
    query: ListAssignmentsQuery,
    success: { status: 200, description: 'One page', schema: AssignmentPage },
    problems: [...list, 'forbidden'],
  },
  getAssignmentTimeline: {
    method: 'GET',
    path: '/assignments/:id/timeline',
    owner: 'scheduling',
    summary: 'The history of an assignment, oldest first',
    description:
      'For those who may read the assignment. One item for each change: who, why, and the fields before and after.',
    tag: 'Assignments',
    roles: ['customer', 'provider', 'finance', 'ops'],
    access: 'token',
    params: IdParams,
    query: PageQuery,
    success: { status: 200, description: 'One page of the timeline', schema: Timeline, etag: true },
    problems: read,
  },
  streamChanges: {
    method: 'GET',
    path: '/assignments/:id/changes',
    owner: 'gateway',
    summary: 'Server-sent events: the CloudEvents of an assignment, live. Resumes from Last-Event-ID',
    description:
      'For those who may read the assignment. Each message has the id of a position, the type of the event and the CloudEvent as data. Send the last id as `Last-Event-ID` to resume.',
    tag: 'Changes',
    roles: ['customer', 'provider', 'finance', 'ops'],
    access: 'token',
    params: IdParams,
    success: { status: 200, description: 'An open stream', contentType: 'text/event-stream' },
    problems: [...read, 'too-many-streams', 'cursor-expired'],
  },
} as const satisfies Record<string, EndpointDefinition>;
