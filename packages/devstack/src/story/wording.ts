import type { Instant, Money, PayoutEvent, ReminderEvent, ScheduleEvent, Side, Window } from '@punctual/contracts';
import type { PassingEvent } from './event-log.ts';

/** One line that says what happened, for a person who has never seen the product. */
export function describeEvent(event: PassingEvent): string {
  switch (event.type) {
    case 'reminder.queued':
    case 'reminder.due':
    case 'reminder.overdue':
    case 'reminder.suppressed':
      return describeReminder(event);
    case 'payout.pending':
    case 'payout.awaiting_approval':
    case 'payout.approved':
    case 'payout.paid':
    case 'payout.blocked':
      return describePayout(event);
    default:
      return describeSchedule(event);
  }
}

/** `Tue 1 Dec 10:00–11:00`, as clocks in the window's zone show it. */
export function windowText({ start, end, timezone }: Pick<Window, 'start' | 'end' | 'timezone'>): string {
  return `${momentText(start, timezone)}–${timeIn(end, timezone)}`;
}

/** `Tue 1 Dec 10:00`. */
export function momentText(instant: Instant, timezone: string): string {
  const day = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
  });
  return `${day.format(new Date(instant)).replace(',', '')} ${timeIn(instant, timezone)}`;
}

/** `80.00 EUR`. */
export function moneyText({ amountMinor, currency }: Money): string {
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
  const digits = String(amountMinor).padStart(maximumFractionDigits + 1, '0');
  const point = digits.length - maximumFractionDigits;
  return `${digits.slice(0, point)}${maximumFractionDigits > 0 ? '.' : ''}${digits.slice(point)} ${currency}`;
}

function describeSchedule({ data }: ScheduleEvent): string {
  const actor = data.actor.role === 'system' ? 'by the system' : `by the ${data.actor.role}`;
  const change = `version ${data.scheduleVersion}, ${actor}`;
  if (data.reason) return `${change}: “${data.reason.replace(/\s+/g, ' ')}”`;
  return data.window ? `${change}, ${windowText(data.window)}` : change;
}

function describeReminder({ type, data }: ReminderEvent): string {
  const reminder = `${data.kind} to ${audienceText(data.audience)}`;
  switch (type) {
    case 'reminder.queued':
      return `${reminder}, for ${momentText(data.dueAt, data.window.timezone)}`;
    case 'reminder.due':
      return `${reminder}: due now`;
    case 'reminder.overdue':
      return `${reminder}: late by ${Math.round((data.latenessMs ?? 0) / 1000)} s`;
    case 'reminder.suppressed':
      return `${data.kind} of version ${data.scheduleVersion} will not be sent: ${data.suppressedBecause}`;
  }
}

function describePayout({ data }: PayoutEvent): string {
  const hold = data.onHold ? ', on hold' : '';
  const because = data.blockedBecause ? `: ${data.blockedBecause}` : '';
  return `${moneyText(data.amount)} for the provider, ${data.status}${hold}${because}`;
}

function audienceText(audience: readonly Side[]): string {
  return audience.length > 1 ? 'both' : `the ${audience.join().toLowerCase()}`;
}

function timeIn(instant: Instant, timezone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: timezone, hour: '2-digit', minute: '2-digit' }).format(
    new Date(instant),
  );
}
