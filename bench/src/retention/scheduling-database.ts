import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { type Database, openDatabase, parsePostgresUrl } from '@punctual/chassis/postgres';
import { createDatabase } from '@punctual/devstack';
import type { TestLifecycle } from '@punctual/testkit';
import pg from 'pg';
import { confirm } from '../../../services/scheduling/src/commands/confirm.ts';
import { schema } from '../../../services/scheduling/src/persistence/schema.ts';
import { type Provider, type SeededProposal, seedProposals } from '../seed.ts';

/** A database of scheduling, and its command in this process: no HTTP, no NATS, no other service. */
export type SchedulingDatabase = {
  database: Database;
  client: pg.Client;
  /** Confirms the next proposal, under an Idempotency-Key, as an app does. */
  confirmNext(): Promise<unknown>;
};

const providers = 300;

/** @param proposals how many can be confirmed */
export async function createSchedulingDatabase(
  postgresUrl: string,
  { name, proposals, lifecycle }: { name: string; proposals: number; lifecycle: TestLifecycle },
): Promise<SchedulingDatabase> {
  const url = await createDatabase(postgresUrl, name);
  const database = await openDatabase({ url: parsePostgresUrl(url), poolSize: 10, ...schema, lifecycle });
  const client = new pg.Client(url);
  await client.connect();
  lifecycle.onShutdown(name, () => client.end());
  // Tokens are for the gateway.
  const people: Provider[] = Array.from({ length: providers }, () => ({ id: randomUUID(), authorization: '' }));
  const waiting = (await seedProposals(client, { providers: people, count: proposals })).values();
  const deps = {
    database,
    relay: { wake: () => {} },
    now: () => Temporal.Now.instant(),
    newId: () => randomUUIDv7(),
    linkBase: 'https://app.example',
    rules: { horizonDays: 90, minMinutes: 15, maxMinutes: 720, proposalTtlHours: 48 },
    limits: { proposalsPerHour: 1_000, openPerPair: 1_000, openJobs: 1_000 },
  };
  return { database, client, confirmNext: () => confirm(deps, confirmation(waiting.next().value)) };
}

function confirmation(proposal: SeededProposal | undefined) {
  if (!proposal) throw new Error('There are no more proposals');
  const { id, provider } = proposal;
  return {
    caller: { id: provider.id, roles: ['provider' as const] },
    idempotencyKey: randomUUID(),
    ifMatch: undefined,
    method: 'POST',
    path: `/assignments/${id}/schedule/confirm`,
    params: { id },
    body: undefined,
  };
}
