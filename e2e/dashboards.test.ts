import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { endpoints } from '@punctual/contracts';
import { openPrometheusApi, type PrometheusApi, scrapeTargets, startPrometheus } from '@punctual/devstack';
import { dashboards } from '@punctual/monitoring';
import { connectPeer, createJourney, eventually, startTestStack, type TestStack } from '@punctual/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const services = ['gateway', 'scheduling', 'reminders', 'payouts'];
/** Longer than the ack wait of a consumer, and than `ServiceDown` takes to fire. */
const stoppedMs = 35_000;

let prometheus: Awaited<ReturnType<typeof startPrometheus>>;
let api: PrometheusApi;
let world: TestStack;
const startedAt = Date.now() / 1_000;

beforeAll(async () => {
  // The first run on a machine builds it.
  const log = (line: string) => process.stdout.write(`${line}\n`);
  prometheus = await startPrometheus({ log, ruleFiles: [`${root}deploy/prometheus/rules/*.yml`] });
  api = openPrometheusApi(prometheus.url);
  const environment = { OTEL_METRICS_EXPORTER: 'prometheus' };
  world = await startTestStack('dashboards', { watchStreams: true, environment });
  await prometheus.scrape(scrapeTargets(world.stack, { watchesStreams: true }));
  await useEverything();
  await breakThings();
  await useEverything();
  // Two more scrapes.
  await delay(5_000);
}, 1_200_000);

afterAll(async () => {
  await world?.stop();
  await prometheus?.stop();
});

/** Visits up to an approved payout, some refused requests, and an open change stream. */
async function useEverything(): Promise<void> {
  const journey = await createJourney(world);
  for (let round = 0; round < 3; round += 1) {
    const visit = await journey.confirmed();
    await journey.payoutOf(visit, 'PENDING');
    await journey.customer.listReminders({ params: { id: visit.assignmentId } });
    await journey.customer.getAssignment({ params: { id: crypto.randomUUID() } }).catch(() => undefined);
    await journey.approved();
  }
  await journey.begun();
}

/** A service that stops answering with an event in its hands, one that is down, an unreadable event. */
async function breakThings(): Promise<void> {
  const journey = await createJourney(world);
  const peer = await connectPeer({ NATS_URL: world.environment.natsUrl });
  const pid = Number(world.stack.service('payouts').pid());
  process.kill(pid, 'SIGSTOP');
  try {
    await journey.confirmed();
    await delay(stoppedMs);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  const payouts = world.stack.service('payouts');
  await payouts.stop();
  const finance = await world.user('finance');
  expect((await finance.send(endpoints.listPayouts, {})).status).toBe(503);
  await payouts.start();
  await peer.jetstream.publish('schedule.confirmed', 'not JSON');
  await peer.stop();
  await eventually(async () => expect(await firing()).toEqual(expect.arrayContaining(['DeadLetters'])));
}

async function firing(): Promise<string[]> {
  return (await api.alerts()).filter(({ state }) => state === 'firing').map(({ name }) => name);
}

async function pointsOf(expr: string): Promise<number> {
  const to = Date.now() / 1_000;
  const series = await api.queryRange(expr, { from: startedAt, to, step: 5 });
  return series.flatMap(({ points }) => points).length;
}

/** Stripe's panels need Stripe; `services/payouts` tests these metrics. */
const panels = dashboards.flatMap(({ id, perService, rows }) =>
  rows
    .flatMap((row) => row.panels)
    .filter(({ only }) => !only?.startsWith('PAYMENT_PROVIDER=stripe'))
    .flatMap(({ title, only, queries }) =>
      (perService ? (only ? ['scheduling'] : services) : ['']).flatMap((service) =>
        queries.map(({ expr }) => ({ name: `${id}, ${title} ${service}`.trim(), expr, service })),
      ),
    ),
);

describe('after a run and two faults', () => {
  test.each(panels)('the panel has data: $name', async ({ expr, service }) => {
    const filled = expr
      .replaceAll('$__rate_interval', '20s')
      .replaceAll('$__range', '15m')
      .replaceAll('$service', service);
    expect(await pointsOf(filled), filled).toBeGreaterThan(0);
  });

  test('every rule is evaluated without an error', async () => {
    const answer = await fetch(`${prometheus.url}/api/v1/rules`);
    const { data } = (await answer.json()) as { data: { groups: { rules: { name: string; health: string }[] }[] } };
    const rules = data.groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(20);
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
  });

  test('a stopped service and an unreadable event raised their alerts', async () => {
    const series = await api.queryRange('max by (alertname) (ALERTS{alertstate="firing"})', {
      from: startedAt,
      to: Date.now() / 1_000,
      step: 5,
    });
    const raised = series.map(({ labels }) => labels.alertname);
    expect(raised).toEqual(expect.arrayContaining(['ServiceDown', 'DeadLetters']));
  });
});

const queries = ['docs/runbook.md', 'docs/slo.md'].flatMap((file) =>
  [...readFileSync(root + file, 'utf8').matchAll(/^```promql\n([^`]+)```$/gm)].map(([, expr = '']) => ({ file, expr })),
);

test.each(queries)('Prometheus answers the query of $file: $expr', async ({ expr }) => {
  const answer = await fetch(`${prometheus.url}/api/v1/query?${new URLSearchParams({ query: expr })}`);
  expect(await answer.json()).toMatchObject({ status: 'success' });
});
