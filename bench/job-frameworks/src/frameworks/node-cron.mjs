import { schedule } from 'node-cron';

/** Nothing is kept anywhere: who plans is who runs. A new process knows of no job unless somebody plans it again. */
export const needs = undefined;

export async function open() {
  let planned = [];
  return {
    plan: async (jobs) => {
      planned = jobs;
    },
    work: async (run) => {
      for (const { id, dueAt } of planned) {
        const at = new Date(dueAt);
        const moment = [at.getSeconds(), at.getMinutes(), at.getHours(), at.getDate(), at.getMonth() + 1, '*'];
        const task = schedule(moment.join(' '), async () => {
          await run(id);
          task.stop();
        });
      }
    },
    close: async () => {},
  };
}
