import { z } from 'zod';
import { instantParameter } from '../date-times.ts';
import { sample } from '../samples.ts';
import { Uuid } from '../scalars.ts';
import { requiredLine } from '../text.ts';
import { AssignmentStatus } from './assignment.ts';
import { JobStatus } from './job.ts';
import { PayoutStatus } from './payout.ts';

// Unknown parameters are refused: a typo such as `dryrun=true` must not propose for real.

/** The id in a path such as `/jobs/:id`. */
export const IdParams = z.object({
  id: Uuid.meta({ description: 'Id of the resource', examples: [sample.assignmentId] }),
});
export type IdParams = z.infer<typeof IdParams>;

/** The name in `/schemas/:name.json`. */
export const SchemaParams = z.object({
  name: z.string().meta({ description: 'Type and version of an event', examples: ['schedule.confirmed.v1'] }),
});
export type SchemaParams = z.infer<typeof SchemaParams>;

export const OpenApiQuery = z.strictObject({
  audience: z.enum(['all', 'app']).default('all').meta({ description: 'Who the document is for' }),
});
export type OpenApiQuery = z.infer<typeof OpenApiQuery>;

const maxInt32 = 2 ** 31 - 1;

const limitText = 'Greatest number of items';

const paging = {
  limit: wholeNumber({ min: 1, max: 100, otherwise: 20 }).meta({ description: limitText }),
  cursor: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .meta({ description: '`nextCursor` of the page before', examples: ['WyIwMTkzNmYyYSJd'] }),
};

/** For a list that had no pages in 1.0: without a `limit` it returns the largest page. */
export const PageQuery = z.strictObject({
  ...paging,
  limit: wholeNumber({ min: 1, max: 100, otherwise: 100 }).meta({ description: limitText }),
});
export type PageQuery = z.infer<typeof PageQuery>;

export const JobSort = z.enum(['createdAt', '-createdAt', 'updatedAt', '-updatedAt']);
export type JobSort = z.infer<typeof JobSort>;

/** `q` is a part of the title or of the reference, in upper or lower case. */
export const ListJobsQuery = z.strictObject({
  status: severalOf(JobStatus).meta({ description: 'Only in one of these', examples: [['OPEN', 'ASSIGNED']] }),
  q: requiredLine(200)
    .optional()
    .meta({ description: 'Only with this part in the title or reference, in any case', examples: ['tap'] }),
  sort: JobSort.default('-createdAt').meta({ description: 'The order; `-` is descending', examples: ['-updatedAt'] }),
  updatedSince: instantParameter
    .optional()
    .meta({ description: 'Only what changed then or later', examples: [sample.changedAt] }),
  ids: severalOf(Uuid, { max: 100 }).meta({ description: 'Only these', examples: [[sample.jobId]] }),
  ...paging,
});
export type ListJobsQuery = z.infer<typeof ListJobsQuery>;

/** The orders of a list of assignments; those without a window come last by `start`, either way. */
export const AssignmentSort = z.enum(['createdAt', '-createdAt', 'start', '-start', 'updatedAt', '-updatedAt']);
export type AssignmentSort = z.infer<typeof AssignmentSort>;

export const ListAssignmentsQuery = z.strictObject({
  status: severalOf(AssignmentStatus).meta({
    description: 'Only in one of these',
    examples: [['PROPOSED', 'CONFIRMED']],
  }),
  from: instantParameter
    .optional()
    .meta({ description: 'Only with a window that ends after this', examples: [sample.window.start] }),
  to: instantParameter
    .optional()
    .meta({ description: 'Only with a window that starts before this', examples: [sample.window.end] }),
  jobId: Uuid.optional().meta({ description: 'Only of this job', examples: [sample.jobId] }),
  customerId: Uuid.optional().meta({ description: 'Only of this customer', examples: [sample.customerId] }),
  providerId: Uuid.optional().meta({ description: 'Only of this provider', examples: [sample.providerId] }),
  ids: severalOf(Uuid, { max: 100 }).meta({ description: 'Only these', examples: [[sample.assignmentId]] }),
  updatedSince: instantParameter
    .optional()
    .meta({ description: 'Only changed then or later', examples: [sample.createdAt] }),
  sort: AssignmentSort.default('-createdAt').meta({ description: 'Order; `-` is descending', examples: ['start'] }),
  ...paging,
});
export type ListAssignmentsQuery = z.infer<typeof ListAssignmentsQuery>;

/**
 * How new the copies of the payout and of the reminders must be. The answer waits for them, up to
 * two seconds.
 */
export const GetAssignmentQuery = z.strictObject({
  minPayoutVersion: optionalWholeNumber({ min: 0, max: maxInt32 }).meta({
    description: 'Waits until `payoutVersion` is at least this',
    examples: [2],
  }),
  minReminderSequence: optionalWholeNumber({ min: 0, max: maxInt32 }).meta({
    description: 'Waits until `reminderSequence` is at least this',
    examples: [3],
  }),
});
export type GetAssignmentQuery = z.infer<typeof GetAssignmentQuery>;

/**
 * The orders of a list of payouts. `waitingSince` begins with those that wait for approval, the one
 * that waits longest first.
 */
export const PayoutSort = z.enum(['-createdAt', 'createdAt', 'waitingSince']);
export type PayoutSort = z.infer<typeof PayoutSort>;

export const ListPayoutsQuery = z.strictObject({
  status: severalOf(PayoutStatus).meta({
    description: 'Only in one of these',
    examples: [['AWAITING_APPROVAL', 'BLOCKED']],
  }),
  assignmentId: Uuid.optional().meta({ description: 'Only of this assignment', examples: [sample.assignmentId] }),
  providerId: Uuid.optional().meta({ description: 'Only of this provider', examples: [sample.providerId] }),
  from: instantParameter.optional().meta({ description: 'Only paid then or later', examples: [sample.createdAt] }),
  to: instantParameter.optional().meta({ description: 'Only paid before', examples: [sample.nextDay] }),
  sort: PayoutSort.default('-createdAt').meta({ description: 'Order; `-` is descending', examples: ['waitingSince'] }),
  ...paging,
});
export type ListPayoutsQuery = z.infer<typeof ListPayoutsQuery>;

/** Without `cursor` the feed starts now. `wait` is in seconds. */
export const ListChangesQuery = z.strictObject({
  ...paging,
  cursor: paging.cursor.meta({
    description: '`nextCursor` of the response before, or the id of an event of a stream',
    examples: [sample.position],
  }),
  wait: wholeNumber({ min: 0, max: 30, otherwise: 0 }).meta({
    description: 'Seconds to wait for a change when there is none',
  }),
});
export type ListChangesQuery = z.infer<typeof ListChangesQuery>;

/** Without `providerId` a provider's own payouts, and those of all providers for finance and ops. */
export const SummarizePayoutsQuery = z.strictObject({
  providerId: Uuid.optional().meta({ description: 'Only of this provider', examples: [sample.providerId] }),
});
export type SummarizePayoutsQuery = z.infer<typeof SummarizePayoutsQuery>;

/** Without `until` the latest are compared. */
export const FindDriftQuery = z.strictObject({
  until: instantParameter
    .optional()
    .meta({ description: '`nextUntil` of the response before', examples: [sample.createdAt] }),
});
export type FindDriftQuery = z.infer<typeof FindDriftQuery>;

export const FreeWindowsQuery = z.strictObject({
  from: instantParameter
    .optional()
    .meta({ description: 'Start of the range; by default now', examples: [sample.window.start] }),
  to: instantParameter.optional().meta({
    description: 'End of the range, at most the horizon; by default 7 days after `from`',
    examples: [sample.nextDay],
  }),
  minutes: wholeNumber({ min: 1, max: 10_080, otherwise: 60 }).meta({ description: 'Shortest interval to list' }),
});
export type FreeWindowsQuery = z.infer<typeof FreeWindowsQuery>;

/** What is due next, or what is later than its grace and still to be sent. */
export const OpenRemindersQuery = z.strictObject({
  state: z.enum(['upcoming', 'overdue']).default('upcoming').meta({ description: 'Due in the future, or late' }),
  limit: paging.limit,
});
export type OpenRemindersQuery = z.infer<typeof OpenRemindersQuery>;

/** `dryRun=true` checks a proposal and changes nothing. */
export const ProposeQuery = z.strictObject({
  dryRun: flag().meta({ description: 'Use `POST …/schedule/check` instead', param: { deprecated: true } }),
});
export type ProposeQuery = z.infer<typeof ProposeQuery>;

/** `count=true` also counts what there is to erase, which reads whole tables. */
export const ErasureQuery = z.strictObject({
  count: flag().meta({ description: 'Also counts what there is to erase, which reads whole tables' }),
});
export type ErasureQuery = z.infer<typeof ErasureQuery>;

function flag() {
  return z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true');
}

/** A query parameter of several values, separated by commas; it may be left out. */
function severalOf<T extends z.ZodType<unknown, string>>(item: T, { max = 100 }: { max?: number } = {}) {
  const id = item.meta()?.id;
  return z
    .string()
    .meta({
      type: 'array',
      items: id === undefined ? { type: 'string', format: 'uuid' } : { $ref: `#/components/schemas/${id}` },
      minItems: 1,
      maxItems: max,
    })
    .transform((text, { addIssue }) => {
      const parsed = z.array(item).max(max).safeParse(text.split(','));
      if (parsed.success) return parsed.data;
      // Of the parameter, not of one of its values.
      addIssue(parsed.error.issues[0]?.message ?? 'not a list');
      return z.NEVER;
    })
    .optional()
    .meta({ param: { style: 'form', explode: false } });
}

type Range = { min: number; max: number };

/**
 * A query parameter of decimal digits. Plain coercion would also take `0x10`, `1e1`, blanks and
 * lists of one.
 */
function wholeNumber({ min, max, otherwise }: Range & { otherwise: number }) {
  return digits({ min, max }, otherwise)
    .optional()
    .transform((text) => (text === undefined ? otherwise : Number(text)))
    .pipe(z.int().min(min).max(max));
}

/** {@link wholeNumber} that may be left out. */
function optionalWholeNumber(range: Range) {
  return digits(range).transform(Number).pipe(z.int().min(range.min).max(range.max)).optional();
}

function digits({ min, max }: Range, otherwise?: number) {
  return z
    .string()
    .regex(/^[0-9]+$/, 'a whole number')
    .meta({
      type: 'integer',
      pattern: undefined,
      minimum: min,
      maximum: max,
      ...(otherwise !== undefined && { default: otherwise }),
    });
}
