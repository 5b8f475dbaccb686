import { Assignment } from '../rest/assignment.ts';
import { CancelBody, CreateAssignmentBody, ScheduleBody } from '../rest/assignment-commands.ts';
import { CreateJobBody, Job, JobPage, UpdateJobBody } from '../rest/job.ts';
import { IdParams, ListJobsQuery, ProposeQuery } from '../rest/parameters.ts';
import { Window } from '../scalars.ts';
import { dryRun } from './deprecations.ts';
import type { EndpointDefinition } from './endpoint.ts';
import { change, create, list, read, windowRules } from './problem-sets.ts';

export const jobEndpoints = {
  createJob: {
    method: 'POST',
    path: '/jobs',
    owner: 'scheduling',
    summary: 'Create a job, as the customer',
    description: 'The caller becomes its customer. A customer has at most `MAX_OPEN_JOBS` (200) open jobs.',
    tag: 'Jobs',
    roles: ['customer'],
    access: 'token',
    body: CreateJobBody,
    success: {
      status: 201,
      description: 'The new job',
      schema: Job,
      etag: true,
      links: { getJob: 'id', createAssignment: 'id', updateJob: 'id', cancelJob: 'id' },
    },
    problems: [...create, 'precondition-failed', 'same-person', 'unknown-timezone', 'too-many-open-jobs'],
  },
  getJob: {
    method: 'GET',
    path: '/jobs/:id',
    owner: 'scheduling',
    summary: 'Read a job',
    description: 'For its customer, its current provider and ops. A released provider no longer sees the job.',
    tag: 'Jobs',
    roles: ['customer', 'provider', 'ops'],
    access: 'token',
    params: IdParams,
    success: { status: 200, description: 'The job', schema: Job, etag: true },
    problems: read,
  },
  listJobs: {
    method: 'GET',
    path: '/jobs',
    owner: 'scheduling',
    summary: 'List jobs',
    description:
      "A customer's own jobs, those that a provider has now, and all for ops. A cursor belongs to its filters and " +
      'its `sort`.',
    tag: 'Jobs',
    roles: ['customer', 'provider', 'ops'],
    access: 'token',
    query: ListJobsQuery,
    success: { status: 200, description: 'A page', schema: JobPage },
    problems: [...list, 'forbidden'],
  },
  updateJob: {
    method: 'PATCH',
    path: '/jobs/:id',
    owner: 'scheduling',
    summary: 'Change a job, as its customer or as ops',
    description:
      'A given field replaces the old one as a whole. Null clears `description`, `location`, `durationMinutes` and ' +
      '`reference`; `{}` clears `metadata`. `price` and `timezone` change only while the job is `OPEN`.',
    tag: 'Jobs',
    roles: ['customer', 'ops'],
    access: 'token',
    params: IdParams,
    body: UpdateJobBody,
    success: { status: 200, description: 'The job', schema: Job, etag: true },
    problems: [...change, 'same-person', 'unknown-timezone'],
  },
  cancelJob: {
    method: 'POST',
    path: '/jobs/:id/cancel',
    owner: 'scheduling',
    summary: 'Cancel a job and its current assignment, as its customer or as ops',
    description:
      'The assignment is cancelled in the same transaction, by the rules of its own cancel. Without an assignment no ' +
      'event is published.',
    tag: 'Jobs',
    roles: ['customer', 'ops'],
    access: 'token',
    params: IdParams,
    body: CancelBody,
    success: { status: 200, description: 'The cancelled job', schema: Job, etag: true },
    problems: [...change, 'visit-started'],
  },
  createAssignment: {
    method: 'POST',
    path: '/jobs/:id/assignments',
    owner: 'scheduling',
    summary: 'Assign a job to a provider',
    description:
      'For the customer of the job and ops. The job must be open. The provider answers with a proposal, or waits for one.',
    tag: 'Assignments',
    roles: ['customer', 'ops'],
    access: 'token',
    params: IdParams,
    body: CreateAssignmentBody,
    success: {
      status: 201,
      description: 'The new assignment',
      schema: Assignment,
      etag: true,
      links: { getAssignment: 'id', proposeForJob: 'jobId', proposeForAssignment: 'id', cancelAssignment: 'id' },
    },
    problems: [
      ...create,
      'not-found',
      'precondition-failed',
      'job-not-open',
      'same-person',
      'too-many-open-assignments',
    ],
  },
  proposeForJob: {
    method: 'POST',
    path: '/jobs/:id/schedule',
    owner: 'scheduling',
    summary: 'Propose a window, as the customer or as ops',
    description:
      'For the customer of the job, and ops. Goes to its current assignment: it proposes a window, or another one. The provider confirms it or makes a counter-proposal.',
    tag: 'Schedule',
    roles: ['customer', 'ops'],
    access: 'token',
    params: IdParams,
    query: ProposeQuery,
    deprecatedQuery: { dryRun },
    body: ScheduleBody,
    success: {
      status: 200,
      description: 'The assignment with the proposal; `{ok: true}` for a dry run',
      schema: Assignment,
      etag: true,
    },
    problems: [...change, 'visit-started', 'too-many-proposals', ...windowRules],
  },
  checkForJob: {
    method: 'POST',
    path: '/jobs/:id/schedule/check',
    owner: 'scheduling',
    summary: 'Check a window as the customer or as ops, without proposing it',
    description:
      'For the customer of the job, and ops. Answers with the window as it would be proposed, or with the problem that the proposal would get. Changes nothing.',
    tag: 'Schedule',
    roles: ['customer', 'ops'],
    access: 'token',
    params: IdParams,
    body: ScheduleBody,
    success: { status: 200, description: 'The window as it would be proposed', schema: Window, etag: true },
    problems: [...change, 'visit-started', 'too-many-proposals', ...windowRules],
  },
} as const satisfies Record<string, EndpointDefinition>;
