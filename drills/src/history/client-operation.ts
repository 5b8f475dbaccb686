import { z } from 'zod';

/** What a client was shown of an assignment or a payout. */
export type Shown = {
  id: string;
  /** `scheduleVersion` of an assignment. */
  version: number;
  status: string;
  providerId: string;
  /** Of assignments; null without a window. */
  start: string | null;
  end: string | null;
  /** How new its copies of payout and reminders are. */
  payoutVersion: number | null;
  reminderSequence: number | null;
};

export type WindowBody = { start: string; end: string };

/** What a user asked about one assignment or payout, and what they were answered. */
export type ClientOperation = {
  aggregate: 'assignment' | 'payout';
  id: string;
  /** The user; all their requests are one session. */
  client: string;
  /** `read`, or a command as the model names it. */
  command: string;
  /** Milliseconds of the monotonic clock of the load. */
  call: number;
  /** Undefined when there was no answer: the command may take effect at any time, or never. */
  return: number | undefined;
  /** `If-Match`, or the version in the body. */
  ifVersion?: number | undefined;
  window?: WindowBody | undefined;
  counter?: WindowBody | undefined;
  outcome: 'read' | 'accepted' | 'refused' | 'unknown';
  /** The code of a refusal. */
  code?: string | undefined;
  /** Of a refusal the state that explains it, where there is one. */
  seen?: Shown | undefined;
};

const Aggregate = z.looseObject({ id: z.string(), status: z.string(), providerId: z.string() });

const AssignmentBody = Aggregate.extend({
  scheduleVersion: z.number(),
  scheduledStart: z.string().nullable(),
  scheduledEnd: z.string().nullable(),
  payoutVersion: z.number().nullable(),
  reminderSequence: z.number().nullable(),
}).transform(({ scheduleVersion, scheduledStart, scheduledEnd, ...shown }) => ({
  aggregate: 'assignment' as const,
  shown: { ...shown, version: scheduleVersion, start: scheduledStart, end: scheduledEnd },
}));

const PayoutBody = Aggregate.extend({ version: z.number(), assignmentId: z.string() }).transform((shown) => ({
  aggregate: 'payout' as const,
  shown: { ...shown, start: null, end: null, payoutVersion: null, reminderSequence: null },
}));

const Body = z.union([AssignmentBody, PayoutBody]);
const Page = z.object({ items: z.array(Body) });
const Refusal = z.looseObject({ currentAssignment: AssignmentBody.nullish(), currentPayout: PayoutBody.nullish() });

type Found = { aggregate: ClientOperation['aggregate']; shown: Shown };

/** The assignments and payouts that the body of a 2xx response shows: itself, or its items. */
export function shownBy(body: unknown): Found[] {
  const page = Page.safeParse(body);
  if (page.success) return page.data.items.map(pick);
  const one = Body.safeParse(body);
  return one.success ? [pick(one.data)] : [];
}

/** The state that a problem explains itself with. */
export function shownByProblem(body: unknown): Shown | undefined {
  const { currentAssignment, currentPayout } = Refusal.safeParse(body).data ?? {};
  const found = currentAssignment ?? currentPayout;
  return found ? pick(found).shown : undefined;
}

function pick({ aggregate, shown }: z.infer<typeof Body>): Found {
  const { id, version, status, providerId, start, end, payoutVersion, reminderSequence } = shown;
  return { aggregate, shown: { id, version, status, providerId, start, end, payoutVersion, reminderSequence } };
}
