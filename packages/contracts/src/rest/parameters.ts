import { z } from 'zod';
import { instantParameter } from '../date-times.ts';
import { Uuid } from '../scalars.ts';
import { AssignmentStatus } from './assignment.ts';
import { PayoutStatus } from './payout.ts';

// Query strings are read leniently: what we do not know is dropped, since links gather parameters on their way.

/** The id in a path such as `/jobs/:id`. */
export const IdParams = z.object({ id: Uuid });
export type IdParams = z.infer<typeof IdParams>;

const paging = {
  limit: wholeNumber({ min: 1, max: 100, otherwise: 20 }),
  cursor: z.string().min(1).max(500).optional(),
};

/** Of a list that had no pages in 1.0: whoever asks for none gets as much as one can have. */
export const PageQuery = z.object({ ...paging, limit: wholeNumber({ min: 1, max: 100, otherwise: 100 }) });
export type PageQuery = z.infer<typeof PageQuery>;

export const ListAssignmentsQuery = z.object({
  status: AssignmentStatus.optional(),
  from: instantParameter.optional(),
  to: instantParameter.optional(),
  ...paging,
});
export type ListAssignmentsQuery = z.infer<typeof ListAssignmentsQuery>;

export const ListPayoutsQuery = z.object({
  status: PayoutStatus.optional(),
  from: instantParameter.optional(),
  to: instantParameter.optional(),
  ...paging,
});
export type ListPayoutsQuery = z.infer<typeof ListPayoutsQuery>;

/** Without `until` the latest are compared. */
export const FindDriftQuery = z.object({ until: instantParameter.optional() });
export type FindDriftQuery = z.infer<typeof FindDriftQuery>;

export const FreeWindowsQuery = z.object({
  from: instantParameter.optional(),
  to: instantParameter.optional(),
  minutes: wholeNumber({ min: 1, max: 10_080, otherwise: 60 }),
});
export type FreeWindowsQuery = z.infer<typeof FreeWindowsQuery>;

/** What is due next, or what is later than its grace and still to be sent. */
export const OpenRemindersQuery = z.object({
  state: z.enum(['upcoming', 'overdue']).default('upcoming'),
  limit: paging.limit,
});
export type OpenRemindersQuery = z.infer<typeof OpenRemindersQuery>;

/** `dryRun=true` checks a proposal and changes nothing. */
export const ProposeQuery = z.object({ dryRun: flag() });
export type ProposeQuery = z.infer<typeof ProposeQuery>;

/** `count=true` also counts what there is to erase, which reads whole tables. */
export const ErasureQuery = z.object({ count: flag() });
export type ErasureQuery = z.infer<typeof ErasureQuery>;

function flag() {
  return z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true');
}

/** A query parameter of decimal digits. Plain coercion would also take `0x10`, `1e1`, blanks and lists of one. */
function wholeNumber(range: { min: number; max: number; otherwise: number }) {
  const { min, max, otherwise } = range;
  return z
    .string()
    .regex(/^[0-9]+$/, 'a whole number')
    .meta({ type: 'integer', pattern: undefined, minimum: min, maximum: max, default: otherwise })
    .optional()
    .transform((digits) => (digits === undefined ? otherwise : Number(digits)))
    .pipe(z.int().min(min).max(max));
}
