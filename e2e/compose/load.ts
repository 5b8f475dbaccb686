import { randomUUID } from 'node:crypto';
import type { Role } from '@punctual/contracts';
import { requestToken } from '@punctual/devstack';
import { createSend, createUser, giveJob, propose } from '@punctual/testkit';
import { createReadyGateways } from '../under-load/ready-gateways.ts';
import { type Outcome, startSteadyLoad } from '../under-load/steady-load.ts';

/** Each may have 200 open jobs, of which the load creates 11 a second. */
const people = 40;
/** Less than the gateways drain. */
const idleMs = 1_000;

/** What each kind of request is answered. Only payouts that do not exist are blocked. */
const expected: Readonly<Record<string, number>> = {
  'GET scheduling': 200,
  'POST scheduling': 201,
  'keyed POST scheduling': 201,
  'GET reminders': 200,
  'GET payouts': 200,
  'POST payouts': 404,
  'keyed POST payouts': 404,
};

export type ComposeLoad = {
  /** @returns all outcomes, and one line for each that is not what it should be */
  stop(): Promise<{ outcomes: readonly Outcome[]; faults: string[] }>;
};

/** Sends 40 requests a second through whichever of the gateways is ready. Retries nothing. */
export async function startComposeLoad(gateways: readonly string[], issuer: string): Promise<ComposeLoad> {
  const [first = ''] = gateways;
  const token = (id: string, ...roles: Role[]) => requestToken(issuer, { sub: id, roles });
  const user = async (role: Role) => {
    const id = randomUUID();
    return createUser({ id, url: first, token: await token(id, role), fetch });
  };
  const visit = await giveJob(await user('customer'), await user('provider'));
  await propose(visit);

  const balancer = createReadyGateways(gateways, idleMs);
  const senders = Array.from({ length: people }, async () =>
    createSend({ url: first, token: await token(randomUUID(), 'ops', 'finance', 'customer'), fetch: balancer.fetch }),
  );
  const load = startSteadyLoad(await Promise.all(senders), visit.assignmentId);
  return {
    stop: async () => {
      await load.stop();
      await balancer.close();
      return { outcomes: load.outcomes, faults: faultsIn(load.outcomes) };
    },
  };
}

function faultsIn(outcomes: readonly Outcome[]): string[] {
  const seen = new Set(outcomes.map(({ what }) => what));
  const missing = Object.keys(expected).filter((what) => !seen.has(what));
  const wrong = outcomes.filter(({ what, status }) => status !== expected[what]);
  return [
    ...missing.map((what) => `${what}: never sent`),
    ...wrong.map(({ what, status, because }) => `${what}: ${status ?? ''} ${describe(because)}`),
  ];
}

function describe(because: unknown): string {
  return because instanceof Error ? because.message : JSON.stringify(because ?? '');
}
