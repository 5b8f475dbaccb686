import type { ReminderKind, Side, SuppressedBecause, Window } from '@punctual/contracts';

/** One reminder as planning decides it: to be sent at `sendAt`, or (with a reason) never. */
export type PlannedReminder = {
  kind: ReminderKind;
  /** The moment that the rules name, such as one hour before the start. */
  dueAt: Date;
  /** When the clock rings for it: `dueAt`, or the moment of planning when that was later. */
  sendAt: Date;
  /** From here on it would tell nothing: the window has started, or the proposal has expired. */
  deadline: Date;
  audience: Side[];
  window: Window;
  /** Null while it is to be sent. */
  suppressedBecause: SuppressedBecause | null;
};

/** The figures that planning depends on, in milliseconds. */
export type PlanRules = {
  /** How long a proposal waits for its answer, unless its start comes first. */
  proposalTtlMs: number;
  /** How long before the expiry `respond-last` is due. */
  respondLastLeadMs: number;
  /** How long before the start `upcoming-24h` is due. */
  upcoming24hLeadMs: number;
  /** How long before the start `upcoming-1h` is due. */
  upcoming1hLeadMs: number;
  /** How far apart a reminder that is sent late and the next one must be. */
  minGapMs: number;
};
