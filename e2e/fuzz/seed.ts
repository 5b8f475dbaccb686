import type { Role } from '@punctual/contracts';
import { createJourney, type TestStack, type Visit } from '@punctual/testkit';

/** Input of the schemathesis hooks: a token of each role, and visits in every state. */
export type Seeds = { customer: string; finance: string; ops: string; visits: Seed[] };
/** `token` is the provider's. */
export type Seed = { job: string; assignment: string; payout: string; provider: string; token: string };

const rounds = 10;

export async function seed(world: TestStack): Promise<Seeds> {
  const journey = await createJourney(world);
  const token = (role: Role, id?: string) => world.environment.token(role, id);
  const { id: anyPayout } = await journey.blocked();

  const toSeed = async ({ jobId, assignmentId, provider }: Visit, payout = anyPayout): Promise<Seed> => ({
    job: jobId,
    assignment: assignmentId,
    payout,
    provider: provider.id,
    token: await token('provider', provider.id),
  });
  const round = async () => {
    const begun = await journey.begun();
    return Promise.all([
      toSeed(await journey.unscheduled()),
      toSeed(await journey.proposed()),
      toSeed(begun, (await journey.payoutOf(begun, 'PENDING')).id),
      toSeed(await journey.confirmed(), (await journey.awaitingApproval()).id),
    ]);
  };
  return {
    customer: await token('customer', journey.customer.id),
    finance: await token('finance'),
    ops: await token('ops'),
    visits: (await Promise.all(Array.from({ length: rounds }, round))).flat(),
  };
}
