import type { ReminderKind, Side, SuppressedBecause, Window } from '@punctual/contracts';

/** One reminder as planning decides it: to be sent at `sendAt`, or (with a reason) never. */
export type PlannedReminder = {
  kind: ReminderKind;
  /** The time by the rules, such as one hour before the start. */
  dueAt: Temporal.Instant;
  /** When it is sent: `dueAt`, or the time of planning if that was later. */
  sendAt: Temporal.Instant;
  /** From here on it is of no use: the window has started, or the proposal has expired. */
  deadline: Temporal.Instant;
  audience: Side[];
  window: Window;
  /** Null if it will be sent. */
  suppressedBecause: SuppressedBecause | null;
};

/** The settings of planning, in milliseconds. */
export type PlanRules = {
  /** How long a proposal waits for its answer, unless its start comes first. */
  proposalTtlMs: number;
  /** How long before the expiry `respond-last` is due. */
  respondLastLeadMs: number;
  /** How long before the start `upcoming-24h` is due. */
  upcoming24hLeadMs: number;
  /** How long before the start `upcoming-1h` is due. */
  upcoming1hLeadMs: number;
  /** The least time between a late reminder and the next one. */
  minGapMs: number;
};
