import type { ProposedBy, ScheduleEvent, Side } from '@punctual/contracts';
import { isBefore, msBetween } from './instants.ts';
import { type DueReminder, overtake, overtaken, type Subject } from './overtake.ts';
import type { PlannedReminder, PlanRules } from './planned-reminder.ts';

type Proposed = Extract<ScheduleEvent, { type: 'schedule.proposed' }>;
type Confirmed = Extract<ScheduleEvent, { type: 'schedule.confirmed' }>;

/** A reminder that was sent, or is decided to be. */
export type PreviouslySent = Pick<PlannedReminder, 'kind' | 'window' | 'sendAt' | 'audience'>;

/**
 * Plans the reminders of the schedule version that an event describes, earliest first; none if the
 * event leaves no window. Includes those that must not be sent, with their reason, so that the
 * ledger can explain them.
 * @param sent of earlier versions of the assignment: `upcoming-…` is not sent again for a window
 *   with the same start and end, nor `respond` to the same people within `minGapMs`
 */
export function plan(
  event: ScheduleEvent,
  rules: PlanRules,
  now: Temporal.Instant,
  sent: readonly PreviouslySent[] = [],
): PlannedReminder[] {
  switch (event.type) {
    case 'schedule.proposed':
      return planRespond(event, rules, now).map((reminder) => notTooOften(reminder, sent, rules.minGapMs));
    case 'schedule.confirmed':
      return planUpcoming(event, rules, now).map((reminder) => notAgain(reminder, sent));
    default:
      return [];
  }
}

/** Whether {@link plan} may suppress a reminder for this event because of an earlier one. */
export function mayRepeat(event: ScheduleEvent, rules: PlanRules, now: Temporal.Instant): boolean {
  switch (event.type) {
    case 'schedule.proposed':
      // Everything sent was sent before now, so only a reminder this near can come too soon after
      // it.
      return planRespond(event, rules, now).some(
        ({ suppressedBecause, sendAt }) => suppressedBecause === null && msBetween(now, sendAt) < rules.minGapMs,
      );
    case 'schedule.confirmed': {
      const lead = Math.max(rules.upcoming24hLeadMs, rules.upcoming1hLeadMs);
      return msBetween(now, Temporal.Instant.from(event.data.window.start)) <= lead;
    }
    default:
      return false;
  }
}

/** Who has to answer a proposal: the other side, or both when it came from neither. */
export function respondents(proposedBy: ProposedBy | null): Side[] {
  if (proposedBy === 'CUSTOMER') return ['PROVIDER'];
  if (proposedBy === 'PROVIDER') return ['CUSTOMER'];
  return ['CUSTOMER', 'PROVIDER'];
}

function planRespond(event: Proposed, rules: PlanRules, now: Temporal.Instant): PlannedReminder[] {
  const proposed = Temporal.Instant.from(event.time);
  const { window } = event.data;
  // Rule 6 of design §4. The event carries the start and its own time, so both services come to the
  // same expiry.
  const waitMs = Math.min(rules.proposalTtlMs, msBetween(proposed, Temporal.Instant.from(window.start)));
  const after = (milliseconds: number) => proposed.add({ milliseconds });
  const subject: Subject = { window, deadline: after(waitMs), audience: respondents(event.data.proposedBy) };
  const respond: DueReminder = { kind: 'respond', dueAt: after(Math.floor(waitMs / 2)) };
  const last: DueReminder = { kind: 'respond-last', dueAt: after(waitMs - rules.respondLastLeadMs) };
  // A last reminder that would come before the first is not sent.
  if (!isBefore(respond.dueAt, last.dueAt)) {
    return [overtaken(last, subject, now), ...overtake([respond], subject, rules.minGapMs, now)];
  }
  return overtake([respond, last], subject, rules.minGapMs, now);
}

function planUpcoming(event: Confirmed, rules: PlanRules, now: Temporal.Instant): PlannedReminder[] {
  const { window } = event.data;
  const start = Temporal.Instant.from(window.start);
  const moments: DueReminder[] = [
    { kind: 'upcoming-24h', dueAt: start.subtract({ milliseconds: rules.upcoming24hLeadMs }) },
    { kind: 'upcoming-1h', dueAt: start.subtract({ milliseconds: rules.upcoming1hLeadMs }) },
  ];
  return overtake(moments, { window, deadline: start, audience: ['CUSTOMER', 'PROVIDER'] }, rules.minGapMs, now);
}

function notAgain(reminder: PlannedReminder, sent: readonly PreviouslySent[]): PlannedReminder {
  const { kind, window } = reminder;
  const isSent = sent.some(
    (each) => each.kind === kind && each.window.start === window.start && each.window.end === window.end,
  );
  return isSent ? overtakenBySent(reminder) : reminder;
}

/** Otherwise repeated proposals at short notice would send one notification each. */
function notTooOften(reminder: PlannedReminder, sent: readonly PreviouslySent[], minGapMs: number): PlannedReminder {
  const { kind, audience, sendAt } = reminder;
  const isRecent = sent.some(
    (each) =>
      each.kind === kind &&
      audience.every((side) => each.audience.includes(side)) &&
      msBetween(each.sendAt, sendAt) < minGapMs,
  );
  return isRecent ? overtakenBySent(reminder) : reminder;
}

function overtakenBySent(reminder: PlannedReminder): PlannedReminder {
  return { ...reminder, suppressedBecause: reminder.suppressedBecause ?? 'OVERTAKEN' };
}
