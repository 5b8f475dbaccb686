import { randomUUID } from 'node:crypto';
import { createClient } from '@punctual/client';
import type { Role } from '@punctual/contracts';
import { createRandom, type ObservedState, startLoad } from '@punctual/drills';
import { createSend, createUser, giveJob, propose } from '@punctual/testkit';
import type { MixedStack } from './mixed-stack.ts';
import { createStrictSender, recordOutcomes } from './record-outcomes.ts';
import { type Outcome, startSteadyLoad } from './steady-load.ts';

/** Users of the stack who retry nothing, so that each failure of theirs counts. */
export type Load = {
  /** Sends to a ready gateway and records the outcome. */
  readonly fetch: typeof globalThis.fetch;
  /** Of all requests until now. */
  outcomes(): Outcome[];
  stop(): Promise<{ accepted: ObservedState['accepted']; wrong: string[] }>;
};

const callers = 10;

/**
 * Starts users on random journeys, and reads and commands at a steady rate.
 * @param perSecond requests, besides those of the journeys
 */
export async function startMixedLoad(
  stack: MixedStack,
  { perSecond, users }: { perSecond: number; users: number },
): Promise<Load> {
  const { issuer } = stack.world.environment;
  const { fetch, outcomes } = recordOutcomes(stack.fetch);
  const steady = await startCalls(stack, perSecond);
  const journeys = startLoad({ sender: createStrictSender(fetch), issuer, random: createRandom(1), users });
  return {
    fetch,
    outcomes: () => [...outcomes, ...steady.outcomes],
    stop: async () => {
      const { accepted, wrong } = await journeys.stop();
      await steady.stop();
      const lost = [...outcomes, ...steady.outcomes].filter((each) => each.lost).map(describeOutcome);
      return { accepted, wrong: [...wrong, ...lost] };
    },
  };
}

async function startCalls({ world, fetch }: MixedStack, perSecond: number) {
  // Not the users of the stack: they accept no response of an earlier release.
  const user = async (role: Role) => {
    const id = randomUUID();
    return createUser({ id, url: 'http://gateway', token: await world.environment.token(role, id), fetch });
  };
  const visit = await giveJob(await user('customer'), await user('provider'));
  await propose(visit);
  const senders = Array.from({ length: callers }, async () => {
    const token = await world.environment.token(['ops', 'finance', 'customer'], randomUUID());
    return createSend({ url: 'http://gateway', token, fetch });
  });
  return startSteadyLoad(await Promise.all(senders), visit.assignmentId, perSecond);
}

function describeOutcome({ what, status, because }: Outcome): string {
  const reason = because instanceof Error ? because.message : JSON.stringify(because);
  return `${what} ${status === undefined ? 'had no response' : `was answered ${status}`}: ${reason}`;
}

/** Publishes `person.erased`, which consumers of every release must accept. */
export async function erasePerson({ world }: MixedStack, fetch: typeof globalThis.fetch): Promise<void> {
  const token = await world.environment.token('ops');
  const ops = createClient({ url: 'http://gateway', fetch, retries: 0, token: () => token });
  await ops.erasePerson({ params: { id: randomUUID() }, body: { reason: 'Asked for it' } });
}
