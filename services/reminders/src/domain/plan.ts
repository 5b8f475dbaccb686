import type { ProposedBy, ScheduleEvent, Side } from '@punctual/contracts';
import { type Moment, overtake, overtaken, type Subject } from './overtake.ts';
import type { PlannedReminder, PlanRules } from './planned-reminder.ts';

type Proposed = Extract<ScheduleEvent, { type: 'schedule.proposed' }>;
type Confirmed = Extract<ScheduleEvent, { type: 'schedule.confirmed' }>;

/** A reminder that was sent, and the window that it told of. */
export type SentReminder = Pick<PlannedReminder, 'kind' | 'window'>;

/**
 * The reminders of the schedule version that an event describes, earliest first; none when the event leaves nothing to be
 * reminded of. Those that must never be sent are there too, with their reason, so that the ledger can explain itself.
 * @param sent of the same assignment, for earlier versions: `upcoming-…` is not sent again for a window of the same start and end
 */
export function plan(
  event: ScheduleEvent,
  rules: PlanRules,
  now: Date,
  sent: readonly SentReminder[] = [],
): PlannedReminder[] {
  switch (event.type) {
    case 'schedule.proposed':
      return planRespond(event, rules, now.getTime());
    case 'schedule.confirmed':
      return planUpcoming(event, rules, now.getTime()).map((reminder) => notAgain(reminder, sent));
    default:
      return [];
  }
}

/** Whether {@link plan} may find that a reminder for this event was sent already: before its moment none was. */
export function mayRepeat(event: ScheduleEvent, rules: PlanRules, now: Date): event is Confirmed {
  if (event.type !== 'schedule.confirmed') return false;
  const lead = Math.max(rules.upcoming24hLeadMs, rules.upcoming1hLeadMs);
  return now.getTime() >= Date.parse(event.data.window.start) - lead;
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
  return isSent ? { ...reminder, suppressedBecause: reminder.suppressedBecause ?? 'OVERTAKEN' } : reminder;
}
