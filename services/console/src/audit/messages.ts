import { z } from 'zod';

/** Acts that go through the gateway. They are done within a request. */
export const payoutActs = ['approve', 'mark-paid', 'unblock', 'block'] as const;
export type PayoutAct = (typeof payoutActs)[number];
export const payoutKinds = [...payoutActs, 'confirm-account'] as const;
/** What ops may do to an assignment. Confirming and rejecting are for its two sides. */
export const assignmentActs = ['propose', 'cancel', 'complete', 'dispute'] as const;
export type AssignmentAct = (typeof assignmentActs)[number];
/** Acts on the system. They are planned first, and then run in this process. */
export const operationKinds = ['redrive', 'drop', 'replay', 'rebuild', 'reconcile'] as const;
export type OperationKind = (typeof operationKinds)[number];

export const ActKind = z.enum([...payoutKinds, ...assignmentActs, ...operationKinds]);
export type ActKind = z.infer<typeof ActKind>;

/** Who acts. The name is that of the sign-in. */
const Who = z.object({ id: z.string(), name: z.string() });

/** What became of one item of an act. */
export const Result = z.object({
  text: z.string(),
  /** The page of the item. */
  href: z.string().optional(),
  done: z.boolean(),
  sentence: z.string(),
});
export type Result = z.infer<typeof Result>;

/** What became of an act, item by item, and what else there is to say. */
export type Outcome = { results: readonly Result[]; notice?: string };

/** What is to be done, before somebody agrees. `order` is what the kind needs to do it. */
export const Plan = z.object({
  kind: z.enum(operationKinds),
  by: Who,
  what: z.string(),
  count: z.number(),
  sample: z.array(z.string()),
  order: z.unknown(),
});
export type Plan = z.infer<typeof Plan>;

/** Part of a frozen selection, which may be too long for one message. */
export const Selection = z.object({ sequences: z.array(z.number()) });
export type Selection = z.infer<typeof Selection>;

/** Somebody has agreed. At most one of these is stored for an act. */
export const Start = z.object({
  kind: ActKind,
  by: Who,
  reason: z.string(),
  what: z.string(),
  count: z.number(),
  selected: z.array(z.string()),
});
export type Start = z.infer<typeof Start>;

const Counts = { done: z.number(), failed: z.number() };

/** Results since the last such message, and the counts until now. Without results it says that the act goes on. */
export const Results = z.object({ ...Counts, results: z.array(Result) });
export type Results = z.infer<typeof Results>;

/** How an act ended, with the first results that failed. */
export const End = z.object({
  ...Counts,
  sentence: z.string(),
  isInterrupted: z.boolean(),
  failures: z.array(Result),
});
export type End = z.infer<typeof End>;
