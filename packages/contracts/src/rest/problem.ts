import { z } from 'zod';
import { dateTimeWithOffset } from '../date-times.ts';
import { ProblemCode, problems, problemType } from '../problems.ts';
import { sample } from '../samples.ts';
import { Instant, Interval, TraceId } from '../scalars.ts';
import { Assignment } from './assignment.ts';
import { Payout } from './payout.ts';

/** One thing wrong with a request; `path` is a JSON pointer into it. */
export const FieldError = z.strictObject({ path: z.string(), message: z.string() }).meta({ id: 'FieldError' });
export type FieldError = z.infer<typeof FieldError>;

/** `application/problem+json` (RFC 9457), and what helps to do better. */
export const Problem = z
  .strictObject({
    type: z.url(),
    title: z.string(),
    status: z.int().min(400).max(599),
    code: ProblemCode,
    detail: z.string(),
    instance: z.string(),
    traceId: TraceId,
    errors: z.array(FieldError).optional(),
    current: z.union([Assignment, Payout]).optional(),
    conflict: Interval.optional(),
    freeWindows: z.array(Interval).optional(),
    nearestValid: z
      .strictObject({ start: dateTimeWithOffset.optional(), end: dateTimeWithOffset.optional() })
      .optional(),
    limits: z
      .strictObject({
        notBefore: Instant,
        notAfter: Instant,
        minMinutes: z.int().min(1),
        maxMinutes: z.int().min(1),
      })
      .optional(),
  })
  .meta({
    id: 'Problem',
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
