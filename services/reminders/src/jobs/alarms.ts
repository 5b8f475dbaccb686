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
  return {
    set: async (moments) => {
      const thisMinute = minuteOf(now()).getTime();
      const minutes = new Set(moments.map((moment) => Math.max(minuteOf(moment).getTime(), thisMinute)));
      await Promise.all(Array.from(minutes, (minute) => setOne(agenda, new Date(minute))));
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
