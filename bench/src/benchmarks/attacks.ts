import { type AttackName, attacks as known } from '../attacks/attacks.ts';
import type { Crowd } from '../attacks/crowd.ts';
import { askSteadily, type Seen } from '../attacks/honest-user.ts';
import { nextMessage, startChild, stopChild } from '../child.ts';
import type { LoadRequest } from '../load/run.ts';
import { type Benchmark, percentile, rounded } from '../result.ts';
import { look, seedProposals, settleTables, signIn } from '../seed.ts';
import { startGround, startWorld } from '../world.ts';

const secondsOfAttack = 10;
const secondsOfQuiet = 4;
/** Of the attacker, so that a page of them is long. */
const proposalsOfEach = 100;

/**
 * What an honest user sees, 40 requests a second, while one address attacks the gateway, the same one as the user's. Quiet times before
 * and after each attack are what it is compared to.
 */
export const attacks: Benchmark = async (log) => {
  const ground = await startGround(log);
  const world = await startWorld(ground, { name: 'attacks' });
  try {
    const [honest, attacker] = await signIn(ground.issuer, 2);
    if (!honest || !attacker) throw new Error('Nobody is signed in.');
    const providers = [honest, attacker];
    const proposals = await seedProposals(world.database, { providers, count: 2 * proposalsOfEach });
    await settleTables(world.database);
    const requests = proposals.filter(({ provider }) => provider === honest).map(look);

    // Warms everything up.
    await askSteadily(world.url, requests, secondsOfQuiet);
    const details = [];
    for (const attack of Object.keys(known) as AttackName[]) {
      const found = await during(attack, { origin: world.url, authorization: attacker.authorization }, requests);
      details.push(found);
      log(`${attack}: ${JSON.stringify(found)}`);
    }
    const worst = details.reduce((one, other) => (other.ratio < one.ratio ? other : one));
    return {
      name: 'attacks',
      unit: 'p99, ms',
      ours: worst.p99,
      reference: worst.quietP99,
      ratio: worst.ratio,
      p50: worst.p50,
      p99: worst.p99,
      details: { refused: details.reduce((sum, { refused }) => sum + countOf(refused), 0), attacks: details },
    };
  } finally {
    await world.stop();
    await ground.stop();
  }
};

async function during(
  attack: AttackName,
  target: { origin: string; authorization: string },
  requests: readonly LoadRequest[],
) {
  const before = await askSteadily(target.origin, requests, secondsOfQuiet);
  const { seen, crowd } = await whileAttacked(attack, target, requests);
  const after = await askSteadily(target.origin, requests, secondsOfQuiet);
  return compare(attack, seen, [before, after], crowd);
}

async function whileAttacked(
  attack: AttackName,
  target: { origin: string; authorization: string },
  requests: readonly LoadRequest[],
) {
  const child = startChild(new URL('../attacks/attacker.ts', import.meta.url));
  try {
    const begun = nextMessage(child);
    child.send({ attack, ...target });
    // The honest user is there from its beginning.
    const [seen] = await Promise.all([askSteadily(target.origin, requests, secondsOfAttack), begun]);
    const ended = nextMessage<Crowd>(child);
    child.send('end');
    return { seen, crowd: await ended };
  } finally {
    await stopChild(child);
  }
}

function compare(attack: AttackName, { latenciesMs, refused }: Seen, quiet: readonly Seen[], crowd: Crowd) {
  const p99 = percentile(latenciesMs, 99);
  const quietP99 = percentile(
    quiet.flatMap((each) => each.latenciesMs),
    99,
  );
  return {
    attack,
    p50: rounded(percentile(latenciesMs, 50)),
    p99: rounded(p99),
    quietP99: rounded(quietP99),
    ratio: rounded(quietP99 / p99),
    refused,
    quietRefused: quiet.reduce((sum, each) => sum + countOf(each.refused), 0),
    connections: crowd,
  };
}

function countOf(refused: Seen['refused']): number {
  return Object.values(refused).reduce((sum, each) => sum + each, 0);
}
