import { Assignment, lenient, PayoutExplanation, RemindersExplanation, ScheduleExplanation } from '@punctual/contracts';
import { z } from 'zod';

/** Services of release 1.0 do not have these fields yet. */
const AssignmentSince10 = Assignment.partial({
  jobTitle: true,
  payoutVersion: true,
  reminderSequence: true,
  nextAssignmentId: true,
});

/** Each service's own part of an explanation, lenient: another release may have more fields. */
const parts = {
  scheduling: lenient(ScheduleExplanation.extend({ assignment: AssignmentSince10 })),
  reminders: lenient(RemindersExplanation),
  payouts: lenient(PayoutExplanation),
};
export type ExplainedService = keyof typeof parts;
export const explainedServices = Object.keys(parts) as ExplainedService[];

/** Services up to 1.0 answered with a whole explanation that had only their own part. */
const Whole = z.object({ assignmentId: z.string(), missing: z.array(z.unknown()) });

/**
 * Reads the part of a service from its response.
 * @throws ZodError when it is malformed
 */
export function readPart(service: ExplainedService, body: unknown) {
  const part = Whole.safeParse(body).success ? (body as Record<string, unknown>)[service] : body;
  return parts[service].nullable().parse(part);
}
