import { z } from 'zod';
import { dateTimeWithOffset } from '../date-times.ts';
import { ProblemCode, problems, problemType } from '../problems.ts';
import { sample } from '../samples.ts';
import { Instant, Interval, TraceId, Uuid } from '../scalars.ts';
import { Assignment } from './assignment.ts';
import { Job } from './job.ts';
import { Payout } from './payout.ts';

/** One thing wrong with a request; `path` is a JSON pointer into it. */
export const FieldError = z
  .strictObject({
    path: z.string().describe('JSON pointer to the faulty part: `/start`, `/headers/if-match`'),
    message: z.string().describe('What is accepted there'),
  })
  .meta({ id: 'FieldError', description: 'One fault of a request' });
export type FieldError = z.infer<typeof FieldError>;

/** `application/problem+json` (RFC 9457), and what helps to do better. */
export const Problem = z
  .strictObject({
    type: z.url().describe('URI that names the code; not to be fetched'),
    title: z.string().describe('Summary of the code, for people'),
    status: z.int().min(400).max(599).describe('HTTP status'),
    code: ProblemCode.describe('What clients branch on'),
    detail: z.string().describe('What was wrong with this request, for people'),
    instance: z.string().describe('Path of the request'),
    traceId: TraceId.describe('Name it in a support request'),
    errors: z.array(FieldError).optional().describe('Each fault of the request'),
    // Without a type: generators make one class of a union, and can read neither into it.
    // Of no particular type, but an object with a property: Kotlin cannot read any less of it.
    current: z
      .looseObject({ id: Uuid.optional().describe('Its id') })
      .meta({
        deprecated: true,
        description: '`currentJob`, `currentAssignment` or `currentPayout`, under the name of 1.0',
      })
      .optional(),
    currentJob: Job.optional().meta({ description: 'The job as the caller may see it now' }),
    currentAssignment: Assignment.optional().meta({ description: 'The assignment as the caller may see it now' }),
    currentPayout: Payout.optional().meta({ description: 'The payout as the caller may see it now' }),
    conflict: Interval.optional().describe('The window that is in the way'),
    freeWindows: z.array(Interval).optional().describe('The three nearest free windows of the requested length'),
    nearestValid: z
      .strictObject({
        start: dateTimeWithOffset.optional().describe('For `start`'),
        end: dateTimeWithOffset.optional().describe('For `end`'),
      })
      .meta({ id: 'NearestValid', description: 'Local times that exist' })
      .optional()
      .describe('The nearest times that exist'),
    limits: z
      .strictObject({
        notBefore: Instant.describe('Earliest start'),
        notAfter: Instant.describe('Latest start'),
        minMinutes: z.int().min(1).describe('Shortest length'),
        maxMinutes: z.int().min(1).describe('Greatest length'),
      })
      .meta({ id: 'WindowLimits', description: 'What a window must keep to' })
      .optional()
      .describe('With a window that is in the past, too far, too short or too long'),
  })
  .meta({
    id: 'Problem',
    description: 'A refusal (RFC 9457), with members that help to do better',
    examples: [
      {
        type: problemType('window-taken'),
        title: problems['window-taken'].title,
        status: problems['window-taken'].status,
        code: 'window-taken',
        detail: 'The provider has a confirmed window from 09:00 to 11:00 UTC.',
        instance: `/assignments/${sample.assignmentId}/schedule`,
        traceId: sample.traceId,
        conflict: { start: sample.window.start, end: sample.window.end },
        freeWindows: [{ start: '2026-12-01T11:00:00.000Z', end: '2026-12-01T13:00:00.000Z' }],
      },
    ],
  });
export type Problem = z.infer<typeof Problem>;
