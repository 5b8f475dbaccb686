import type { Role } from '@punctual/contracts';
import { openStages } from '../stages.ts';
import type { TestStack } from '../test-stack.ts';
import type { Visit } from '../visit.ts';

/** What the hooks of schemathesis need: a token of each role, and things that exist in every state. */
export type Seeds = { customer: string; finance: string; ops: string; visits: Seed[] };
/** `token` is its provider's. */
export type Seed = { job: string; assignment: string; payout: string; provider: string; token: string };

const rounds = 10;

export async function seed(world: TestStack): Promise<Seeds> {
  const { customer, visits, payouts, payoutOf } = await openStages(world);
  const token = (role: Role, id?: string) => world.environment.token(role, id);
  const { id: anyPayout } = await payouts.blocked();

  const toSeed = async ({ jobId, assignmentId, provider }: Visit, payout = anyPayout): Promise<Seed> => ({
    job: jobId,
    assignment: assignmentId,
    payout,
    provider: provider.id,
    token: await token('provider', provider.id),
  });
  const round = async () => {
    const begun = await visits.begun();
    return Promise.all([
      toSeed(await visits.unscheduled()),
      toSeed(await visits.proposed()),
      toSeed(begun, (await payoutOf(begun, 'PENDING')).id),
      toSeed(await visits.confirmed(), (await payouts.awaiting()).id),
    ]);
  };
  return {
    customer: await token('customer', customer.id),
    finance: await token('finance'),
    ops: await token('ops'),
    visits: (await Promise.all(Array.from({ length: rounds }, round))).flat(),
  };
}
