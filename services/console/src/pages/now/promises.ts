import type { RemindersHealth } from '@punctual/client';
import type { StreamsView } from '@punctual/operations';
import { counted } from '../../html/words.ts';

/** A promise of the system: kept, or a sentence about what keeps it from being kept. */
export type Finding = { kept: boolean; sentence: string };

/** As the alerts `EventsNotPublished`, `StreamFilling` and `PayoutsUndecided` have them. */
const most = { behindS: 60, used: 0.8, waitingH: 36 };

/** Every stream exists and has room, and every consumer keeps up. */
export function eventsFlow({ at, streams }: StreamsView): Finding {
  const consumers = streams.flatMap(({ consumers }) => consumers);
  const faults = [
    ...streams.filter(({ held }) => !held).map(({ name }) => `The stream ${name} does not exist.`),
    ...streams.flatMap(({ name, held }) =>
      held && held.used > most.used ? [`The stream ${name} is ${Math.round(held.used * 100)} % full.`] : [],
    ),
    ...consumers.filter(({ isPaused }) => isPaused).map(({ name }) => `${name} is paused.`),
    ...consumers.flatMap(({ name, pending, ackPending, oldestAt }) => {
      const minutes = oldestAt ? at.since(oldestAt).total('minutes') : 0;
      if (minutes * 60 <= most.behindS) return [];
      return [
        `${name} is ${counted(Math.round(minutes), 'minute')} behind, with ${counted(pending + ackPending, 'event')}.`,
      ];
    }),
  ];
  if (faults.length > 0) return { kept: false, sentence: faults.join(' ') };
  return {
    kept: true,
    sentence: `${counted(consumers.length, 'consumer')} ${consumers.length === 1 ? 'keeps' : 'keep'} up with ${counted(streams.length, 'stream')}.`,
  };
}

export function nothingIsDead({ streams }: StreamsView): Finding {
  const messages = streams.find(({ name }) => name === 'DLQ')?.held?.messages ?? 0;
  if (messages === 0) return { kept: true, sentence: 'There are no dead letters.' };
  return { kept: false, sentence: `${counted(messages, 'dead letter')}: the effects of these events are missing.` };
}

/** @param health undefined while reminders is down */
export function remindersOnTime(health: RemindersHealth | undefined): Finding {
  if (!health) return { kept: false, sentence: 'Reminders does not answer, or is not well: nothing may be sent.' };
  const { status, overdue, planned } = health;
  if (overdue) return { kept: false, sentence: `${counted(overdue, 'reminder')} overdue.` };
  if (status !== 'ok') return { kept: false, sentence: `Reminders says that it is ${status}.` };
  return { kept: true, sentence: `${counted(planned ?? 0, 'reminder')} planned, none overdue.` };
}

/**
 * No payout waits for a decision for longer than finance should take.
 * @param since when the oldest began to wait; undefined when none waits
 */
export function moneyWaitsForNobody(now: Temporal.Instant, since: string | undefined): Finding {
  if (!since) return { kept: true, sentence: 'No payout waits for approval.' };
  const hours = Math.floor(now.since(since).total('hours'));
  const time = hours < 1 ? 'less than an hour' : counted(hours, 'hour');
  return { kept: hours < most.waitingH, sentence: `The oldest payout has waited ${time} for approval.` };
}
