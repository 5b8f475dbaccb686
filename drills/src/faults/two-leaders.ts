import { atFailpoint } from './at-failpoint.ts';
import type { Fault } from './fault.ts';

const rounds = { quick: 3, full: 15 };
const heldMs = 1_500;

export const twoLeaders: Fault = {
  name: 'two-leaders',
  what: 'the leader loses its lock while it is in the middle of a batch, and does not know; another one takes over',
  run: async (world, random, pace) => {
    for (let round = 0; round < rounds[pace]; round += 1) {
      await atFailpoint(
        { world, random, pace },
        { service: 'scheduling', failpoint: 'before-mark', action: { do: 'delay', ms: heldMs }, times: 1 },
      );
      await world.databases.scheduling.query(
        `select pg_terminate_backend(pid) from pg_locks join pg_stat_activity using (pid)
          where locktype = 'advisory' and granted and application_name like '%outbox relay'`,
      );
    }
  },
};
