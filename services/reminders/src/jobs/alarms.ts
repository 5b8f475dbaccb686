import type { Agenda } from 'agenda';
import type { Alarms } from '../commands/deps.ts';
import { falseOnDuplicate } from '../persistence/assignments.ts';

export const dispatchJob = 'dispatch';

/** The job that looks for what is due within one minute. */
export type DispatchData = { minute: Date };

const minuteMs = 60_000;

/** The minute that a moment lies in. */
export function minuteOf(moment: Date): Date {
  return new Date(Math.floor(moment.getTime() / minuteMs) * minuteMs);
}

/** Alarms as Agenda jobs: one for each minute in which something is due, whoever asks for it and how often. */
export function createAlarms({ agenda, now }: { agenda: Agenda; now: () => Date }): Alarms {
  // Of minutes to come: most of what is planned falls into one that has its job. Should that get lost, the sweep puts it back.
  const known = new Set<number>();
  const set = async (moments: Date[]) => {
    const thisMinute = minuteOf(now()).getTime();
    for (const minute of known) if (minute <= thisMinute) known.delete(minute);
    const minutes = new Set(moments.map((moment) => Math.max(minuteOf(moment).getTime(), thisMinute)));
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
      known.delete(minuteOf(moment).getTime());
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
    // Another worker was quicker; the unique index kept it at one.
    .catch(falseOnDuplicate);
}
