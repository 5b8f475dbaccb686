import type { DrillStack } from '../stack/drill-stack.ts';

/** Ends the session by which an instance of scheduling leads its outbox. The other one takes over. */
export async function endLead({ databases }: DrillStack): Promise<void> {
  await databases.scheduling.query(
    `select pg_terminate_backend(pid) from pg_locks join pg_stat_activity using (pid)
      where locktype = 'advisory' and granted and application_name like '%outbox relay'`,
  );
}
