import { randomUUID } from 'node:crypto';
import type { Issuer } from '@punctual/devstack';
import type pg from 'pg';
import type { LoadRequest } from './load/run.ts';

export type Provider = { id: string; authorization: string };

/** An assignment and the provider who may confirm it. */
export type SeededProposal = { id: string; provider: Provider };

/** Creates providers with tokens; use enough of them to stay below the gateway's limit per user. */
export function signIn(issuer: Issuer, count: number): Promise<Provider[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const id = randomUUID();
      return { id, authorization: `Bearer ${await issuer.token({ sub: id, roles: ['provider'] })}` };
    }),
  );
}

/** Inserts proposals for windows that do not overlap, ordered so that providers take turns. */
export async function seedProposals(
  database: pg.Client,
  { providers, count }: { providers: readonly Provider[]; count: number },
): Promise<SeededProposal[]> {
  const byId = new Map(providers.map((each) => [each.id, each]));
  const { rows } = await database.query<{ id: string; provider_id: string }>(insertAssignments('PROPOSED'), [
    [...byId.keys()],
    Math.ceil(count / providers.length),
  ]);
  return rows.slice(0, count).map((row) => {
    const provider = byId.get(row.provider_id);
    if (!provider) throw new Error('Unexpected provider');
    return { id: row.id, provider };
  });
}

/** Inserts completed assignments that no request reads, to make the tables large. */
export async function seedHistory(database: pg.Client, count: number): Promise<void> {
  const providers = Array.from({ length: Math.ceil(count / 100) }, () => randomUUID());
  await database.query(insertAssignments('COMPLETED'), [providers, 100]);
}

/** Undoes all confirmations. */
export async function resetProposals(database: pg.Client): Promise<void> {
  await database.query('delete from outbox');
  await database.query('delete from assignment_timeline');
  await database.query(
    `update assignment set status = 'PROPOSED', schedule_version = 1, confirmed_at = null, proposal_expires_at = scheduled_start
      where status = 'CONFIRMED'`,
  );
}

/** Gathers planner statistics now, so that no autovacuum runs during the measurement. */
export async function settleTables(database: pg.Client): Promise<void> {
  for (const table of ['job', 'assignment', 'assignment_timeline', 'outbox']) {
    await database.query(`vacuum analyze ${table}`);
  }
  await database.query('checkpoint');
}

export function confirmation({ id, provider: { authorization } }: SeededProposal): LoadRequest {
  return { method: 'POST', path: `/assignments/${id}/schedule/confirm`, authorization };
}

export function look({ id, provider: { authorization } }: SeededProposal): LoadRequest {
  return { method: 'GET', path: `/assignments/${id}`, authorization };
}

/** $1: the providers; $2: how many for each. */
function insertAssignments(status: 'PROPOSED' | 'COMPLETED'): string {
  const proposed = status === 'PROPOSED';
  return `
    with wanted as materialized (
      select uuidv7() as id, uuidv7() as job_id, gen_random_uuid() as customer_id, provider_id,
          ${proposed ? `now() + n * interval '1 hour'` : `now() - n * interval '1 day'`} + interval '1 day' as start
        from generate_series(1, $2::int) as n, unnest($1::uuid[]) as provider_id),
    jobs as (
      insert into job (id, customer_id, title, timezone, price_amount_minor, price_currency, status, rejection_policy,
          provider_queue, current_assignment_id, created_at, updated_at)
        select job_id, customer_id, 'The kitchen tap drips', 'Europe/Berlin', 18500, 'EUR',
            '${proposed ? 'ASSIGNED' : 'DONE'}', 'REOPEN_QUOTES', '{}', id, now(), now()
          from wanted)
    insert into assignment (id, job_id, customer_id, provider_id, status, scheduled_start, scheduled_end, timezone,
        schedule_proposed_by, schedule_version, proposal_expires_at, reminder_status, price_amount_minor, price_currency,
        created_at, updated_at)
      select id, job_id, customer_id, provider_id, '${status}', start, start + interval '1 hour', 'Europe/Berlin',
          'CUSTOMER', 1, ${proposed ? 'start' : 'null'}, 'NONE', 18500, 'EUR', now(), now()
        from wanted
      returning id, provider_id`;
}
