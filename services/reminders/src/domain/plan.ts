import type { ProposedBy, ScheduleEvent, Side } from '@punctual/contracts';
import { type Moment, overtake, overtaken, type Subject } from './overtake.ts';
import type { PlannedReminder, PlanRules } from './planned-reminder.ts';

type Proposed = Extract<ScheduleEvent, { type: 'schedule.proposed' }>;
type Confirmed = Extract<ScheduleEvent, { type: 'schedule.confirmed' }>;

/** A reminder that was sent, or is decided to be: when, for whom and of which window. */
export type SentReminder = Pick<PlannedReminder, 'kind' | 'window' | 'sendAt' | 'audience'>;

/**
 * The reminders of the schedule version that an event describes, earliest first; none when the event leaves nothing to be
 * reminded of. Those that must never be sent are there too, with their reason, so that the ledger can explain itself.
 * @param sent of the same assignment, for earlier versions: `upcoming-…` is not sent again for a window of the same start and end,
 *   nor `respond` to the same people within `minGapMs`
 */
export function plan(
  event: ScheduleEvent,
  rules: PlanRules,
  now: Date,
  sent: readonly SentReminder[] = [],
): PlannedReminder[] {
  switch (event.type) {
    case 'schedule.proposed':
      return planRespond(event, rules, now.getTime()).map((reminder) => notTooOften(reminder, sent, rules.minGapMs));
    case 'schedule.confirmed':
      return planUpcoming(event, rules, now.getTime()).map((reminder) => notAgain(reminder, sent));
    default:
      return [];
  }
}

/** Whether {@link plan} may suppress a reminder for this event because of one that was sent already. */
export function mayRepeat(event: ScheduleEvent, rules: PlanRules, now: Date): boolean {
  switch (event.type) {
    case 'schedule.proposed':
      // All that was sent was sent before now, so only a reminder that is this near can come too soon after it.
      return planRespond(event, rules, now.getTime()).some(
        ({ suppressedBecause, sendAt }) => suppressedBecause === null && gapMs(now, sendAt) < rules.minGapMs,
      );
    case 'schedule.confirmed': {
      const lead = Math.max(rules.upcoming24hLeadMs, rules.upcoming1hLeadMs);
      return now.getTime() >= Date.parse(event.data.window.start) - lead;
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

function planRespond(event: Proposed, rules: PlanRules, now: number): PlannedReminder[] {
  const proposed = Date.parse(event.time);
  const { window } = event.data;
  // Rule 6 of design §4. The event carries the start and its own time, so both services come to the same expiry.
  const expiry = Math.min(proposed + rules.proposalTtlMs, Date.parse(window.start));
  const subject: Subject = { window, deadline: expiry, audience: respondents(event.data.proposedBy) };
  const respond: Moment = { kind: 'respond', dueAt: proposed + Math.floor((expiry - proposed) / 2) };
  const last: Moment = { kind: 'respond-last', dueAt: expiry - rules.respondLastLeadMs };
  // A last call that comes before the first one is none.
  if (last.dueAt <= respond.dueAt) {
    return [overtaken(last, subject, now), ...overtake([respond], subject, rules.minGapMs, now)];
  }
  return overtake([respond, last], subject, rules.minGapMs, now);
}

function planUpcoming(event: Confirmed, rules: PlanRules, now: number): PlannedReminder[] {
  const { window } = event.data;
  const start = Date.parse(window.start);
  const moments: Moment[] = [
    { kind: 'upcoming-24h', dueAt: start - rules.upcoming24hLeadMs },
    { kind: 'upcoming-1h', dueAt: start - rules.upcoming1hLeadMs },
  ];
  return overtake(moments, { window, deadline: start, audience: ['CUSTOMER', 'PROVIDER'] }, rules.minGapMs, now);
}

function notAgain(reminder: PlannedReminder, sent: readonly SentReminder[]): PlannedReminder {
  const { kind, window } = reminder;
  const isSent = sent.some(
    (each) => each.kind === kind && each.window.start === window.start && each.window.end === window.end,
  );
  return isSent ? overtakenBySent(reminder) : reminder;
}

/** Proposals at short notice, repeated one after the other, would else order a notification each. */
function notTooOften(reminder: PlannedReminder, sent: readonly SentReminder[], minGapMs: number): PlannedReminder {
  const { kind, audience, sendAt } = reminder;
  const isRecent = sent.some(
    (each) =>
      each.kind === kind &&
      audience.every((side) => each.audience.includes(side)) &&
      gapMs(each.sendAt, sendAt) < minGapMs,
  );
  return isRecent ? overtakenBySent(reminder) : reminder;
}

function overtakenBySent(reminder: PlannedReminder): PlannedReminder {
  return { ...reminder, suppressedBecause: reminder.suppressedBecause ?? 'OVERTAKEN' };
}

function gapMs(from: Date, to: Date): number {
  return to.getTime() - from.getTime();
}
