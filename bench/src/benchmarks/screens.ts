import { windowOn } from '@punctual/devstack';
import { confirm, createJourney, giveJob, propose, startTestStack, type TestUser } from '@punctual/testkit';
import { type Benchmark, type BenchmarkResult, percentile, rounded } from '../result.ts';
import { measureScreen } from '../screens/measure-screens.ts';
import { screens } from '../screens/screens.ts';

const visits = 20;
const rounds = 5;

/**
 * What each screen of the apps costs, for a customer and a provider with 20 visits in all states:
 * calls, bytes with brotli (`ours`, of the heaviest screen) and without (`reference`).
 */
export const screensBenchmark: Benchmark = async (log) => {
  const world = await startTestStack('screens', { environment: { MAX_OPEN_PER_PAIR: '100' } });
  try {
    const { customer, payoutOf } = await createJourney(world);
    const provider = await world.user('provider');
    const { shown, lastBegan } = await seedVisits(customer, provider);
    await payoutOf(shown, 'PENDING');
    const now = Temporal.Now.instant();
    const [from, to] = [now, now.add({ hours: 7 * 24 })].map((moment) =>
      moment.toString({ fractionalSecondDigits: 3 }),
    );
    const deps = {
      url: world.stack.addresses.urls.gateway,
      values: {
        visit: shown.assignmentId,
        job: shown.jobId,
        provider: provider.id,
        from: from ?? '',
        to: to ?? '',
        since: lastBegan,
      },
      window: windowOn(now, { days: 40, hour: 10, minutes: 60 }),
    };
    const tokens = {
      customer: await world.environment.token('customer', customer.id),
      provider: await world.environment.token('provider', provider.id),
    };

    log('| app | screen | calls | bytes | read as |\n|---|---|---|---|---|');
    const costs = [];
    for (const screen of screens) {
      const measured = [];
      for (let n = 0; n < rounds; n += 1)
        measured.push(await measureScreen(screen, { ...deps, token: tokens[screen.app] }));
      const last = measured.at(-1);
      if (!last) throw new Error('No rounds');
      costs.push({
        ...screen,
        ...last,
        ms: percentile(
          measured.map(({ ms }) => ms),
          50,
        ),
      });
      log(`| ${screen.app} | ${screen.name} | ${last.calls} | ${last.sentBytes} | ${last.readBytes} |`);
    }
    return resultOf(costs);
  } finally {
    await world.stop();
  }
};

type Cost = { name: string; app: string; calls: unknown; sentBytes: number; readBytes: number; ms: number };

function resultOf(costs: readonly Cost[]): BenchmarkResult {
  const heaviest = costs.toSorted((one, other) => other.readBytes - one.readBytes)[0];
  if (!heaviest) throw new Error('No screens');
  const times = costs.map(({ ms }) => ms);
  return {
    name: 'screens',
    unit: 'bytes of the heaviest screen',
    ours: heaviest.sentBytes,
    reference: heaviest.readBytes,
    ratio: rounded(heaviest.readBytes / heaviest.sentBytes),
    p50: rounded(percentile(times, 50)),
    p99: rounded(percentile(times, 99)),
    details: { screens: costs },
  };
}

/** Visits on as many days, a third confirmed, a third proposed; a confirmed one is shown. */
async function seedVisits(customer: TestUser, provider: TestUser) {
  const all = [];
  let lastBegan = '';
  for (let n = 0; n < visits; n += 1) {
    lastBegan = Temporal.Now.instant().toString({ fractionalSecondDigits: 3 });
    const visit = await giveJob(customer, provider);
    if (n % 3 !== 2) await propose(visit, { days: n + 2 });
    if (n % 3 === 0) await confirm(visit);
    all.push(visit);
  }
  const [shown] = all;
  if (!shown) throw new Error('No visits');
  return { shown, lastBegan };
}
