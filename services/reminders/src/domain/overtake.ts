import type { ReminderKind, Side, SuppressedBecause, Window } from '@punctual/contracts';
import { isBefore, msBetween } from './instants.ts';
import type { PlannedReminder } from './planned-reminder.ts';

/** When a reminder of this kind is due. */
export type DueReminder = { kind: ReminderKind; dueAt: Temporal.Instant };

/**
 * What the reminders are about, the moment from which they are of no use, and for whom they are.
 */
export type Subject = { window: Window; deadline: Temporal.Instant; audience: Side[] };

/**
 * Applies the rule for reminders whose time had passed when they were planned (design §7): only the
 * latest of them is sent, at once, unless the window has started or the next reminder is too near.
 * @param moments in order of time; so is the result
 */
export function overtake(
  moments: DueReminder[],
  subject: Subject,
  minGapMs: number,
  now: Temporal.Instant,
): PlannedReminder[] {
  const firstAhead = moments.findIndex(({ dueAt }) => isBefore(now, dueAt));
  const ahead = firstAhead === -1 ? moments.length : firstAhead;
  const next = moments[ahead];
  const nextIsNear = next !== undefined && msBetween(now, next.dueAt) < minGapMs;
  return moments.map((moment, index) => {
    const stillSent = index >= ahead || (index === ahead - 1 && !nextIsNear);
    return toPlanned(moment, subject, now, tooLate(subject, now) ?? (stillSent ? null : 'OVERTAKEN'));
  });
}

/** A reminder that is kept for the record only, as OVERTAKEN unless it is past its deadline. */
export function overtaken(moment: DueReminder, subject: Subject, now: Temporal.Instant): PlannedReminder {
  return toPlanned(moment, subject, now, tooLate(subject, now) ?? 'OVERTAKEN');
}

/** Why a reminder is of no use at this time; null while it is. */
export function tooLate(
  subject: Pick<Subject, 'window' | 'deadline'>,
  now: Temporal.Instant,
): SuppressedBecause | null {
  if (!isBefore(now, Temporal.Instant.from(subject.window.start))) return 'WINDOW_STARTED';
  return isBefore(now, subject.deadline) ? null : 'EXPIRED';
}

function toPlanned(
  moment: DueReminder,
  subject: Subject,
  now: Temporal.Instant,
  because: SuppressedBecause | null,
): PlannedReminder {
  return {
    kind: moment.kind,
    dueAt: moment.dueAt,
    sendAt: isBefore(moment.dueAt, now) ? now : moment.dueAt,
    deadline: subject.deadline,
    audience: [...subject.audience],
    window: subject.window,
    suppressedBecause: because,
  };
}
