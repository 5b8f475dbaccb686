import type { Agenda } from 'agenda';
import type { Alarms } from '../commands/deps.ts';
import { falseOnDuplicate } from '../persistence/assignments.ts';

export const dispatchJob = 'dispatch';

/** The job that sends the reminders of one minute. Agenda stores a `Date`. */
export type DispatchData = { minute: Date };

/** The minute that a moment is in. */
export function minuteOf(moment: Temporal.Instant): Temporal.Instant {
  return moment.round({ smallestUnit: 'minute', roundingMode: 'floor' });
}

/** Alarms as Agenda jobs: one for each minute with due reminders, however often it is set. */
export function createAlarms({ agenda, now }: { agenda: Agenda; now: () => Temporal.Instant }): Alarms {
  // Minutes, in epoch milliseconds. Most reminders fall into one that has its job already; should
  // that job get lost, the sweep creates it again.
  const known = new Set<number>();
  const set = async (moments: Temporal.Instant[]) => {
    const thisMinute = minuteOf(now()).epochMilliseconds;
    for (const minute of known) if (minute <= thisMinute) known.delete(minute);
    const minutes = new Set(moments.map((moment) => Math.max(minuteOf(moment).epochMilliseconds, thisMinute)));
    await Promise.all(
      Array.from(minutes.difference(known), async (minute) => {
        await setOne(agenda, new Date(minute));
        if (minute > thisMinute) known.add(minute);
      }),
    );
  };
  return {
    set,
    setAgain: (moment) => {
      known.delete(minuteOf(moment).epochMilliseconds);
      return set([moment]);
    },
  };
}

async function setOne(agenda: Agenda, minute: Date): Promise<void> {
  await agenda
    .create<DispatchData>(dispatchJob, { minute })
    .unique({ 'data.minute': minute }, { insertOnly: true })
    .schedule(minute)
    .save()
    // Another worker was faster; the unique index keeps one job.
    .catch(falseOnDuplicate);
}
