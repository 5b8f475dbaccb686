import { z } from 'zod';
import { Assignment, DryRunResult } from '../rest/assignment.ts';
import { CreateAssignmentBody, ScheduleBody } from '../rest/assignment-commands.ts';
import { CreateJobBody, Job } from '../rest/job.ts';
import { IdParams, ProposeQuery } from '../rest/parameters.ts';
import type { Endpoint } from './endpoint.ts';
import { change, create, read, windowRules } from './problem-sets.ts';

export const jobEndpoints = {
  createJob: {
    method: 'POST',
    path: '/jobs',
    owner: 'scheduling',
    summary: 'A customer asks for work to be done',
    access: 'token',
    body: CreateJobBody,
    success: { status: 201, description: 'The new job', schema: Job },
    problems: [...create, 'precondition-failed', 'same-person', 'unknown-timezone', 'too-many-open-jobs'],
  },
  getJob: {
    method: 'GET',
    path: '/jobs/:id',
    owner: 'scheduling',
    summary: 'Read a job',
    access: 'token',
    params: IdParams,
    success: { status: 200, description: 'The job', schema: Job },
    problems: read,
  },
  createAssignment: {
    method: 'POST',
    path: '/jobs/:id/assignments',
    owner: 'scheduling',
    summary: 'Give the job to a provider',
    access: 'token',
    params: IdParams,
    body: CreateAssignmentBody,
    success: { status: 201, description: 'The new assignment', schema: Assignment, etag: true },
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
    access: 'token',
    params: IdParams,
    query: ProposeQuery,
    body: ScheduleBody,
    success: {
      status: 200,
      description: 'The assignment; of a dry run, that it would be accepted',
      schema: z.union([Assignment, DryRunResult]),
      etag: true,
    },
    problems: [...change, 'visit-started', 'too-many-proposals', ...windowRules],
  },
} as const satisfies Record<string, Endpoint>;
