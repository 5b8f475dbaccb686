import type { ReminderKind, Side, SuppressedBecause, Window } from '@punctual/contracts';
import type { PlannedReminder } from './planned-reminder.ts';

/** When a reminder of this kind is due, in epoch milliseconds. */
export type Moment = { kind: ReminderKind; dueAt: number };

/** What the reminders are about, the moment after which they tell nothing (epoch milliseconds), and for whom. */
export type Subject = { window: Window; deadline: number; audience: Side[] };

/**
 * The rule for moments that have passed before they could be planned (design §7): only the latest of them is still sent, at
 * once, unless the window has started or the next reminder is so near that the two would say the same.
 * `moments` are in order of time; so is the answer.
 */
export function overtake(moments: Moment[], subject: Subject, minGapMs: number, now: number): PlannedReminder[] {
  const firstAhead = moments.findIndex((moment) => moment.dueAt > now);
  const ahead = firstAhead === -1 ? moments.length : firstAhead;
  const next = moments[ahead];
  const nextIsNear = next !== undefined && next.dueAt - now < minGapMs;
  return moments.map((moment, index) => {
    const stillSent = index >= ahead || (index === ahead - 1 && !nextIsNear);
    return toPlanned(moment, subject, now, tooLate(subject, now) ?? (stillSent ? null : 'OVERTAKEN'));
  });
}

/** One reminder that is kept for the record only; the reason is OVERTAKEN unless it is too late for all. */
export function overtaken(moment: Moment, subject: Subject, now: number): PlannedReminder {
  return toPlanned(moment, subject, now, tooLate(subject, now) ?? 'OVERTAKEN');
}

/** Why a reminder can no longer help at this moment, or null while it can. */
export function tooLate(subject: Pick<Subject, 'window' | 'deadline'>, now: number): SuppressedBecause | null {
  if (now >= Date.parse(subject.window.start)) return 'WINDOW_STARTED';
  return now >= subject.deadline ? 'EXPIRED' : null;
}

function toPlanned(moment: Moment, subject: Subject, now: number, because: SuppressedBecause | null): PlannedReminder {
  return {
    kind: moment.kind,
    dueAt: new Date(moment.dueAt),
    sendAt: new Date(Math.max(moment.dueAt, now)),
    deadline: new Date(subject.deadline),
    audience: [...subject.audience],
    window: subject.window,
    suppressedBecause: because,
  };
}
