import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { endpoints } from '@punctual/contracts';
import { scrapeTargets, startPrometheus } from '@punctual/devstack';
import { dashboards } from '@punctual/monitoring';
import { openPrometheusApi, type PrometheusApi } from '@punctual/pages';
import {
  connectPeer,
  createJourney,
  eventually,
  type Journey,
  startTestStack,
  type TestStack,
  type Visit,
} from '@punctual/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FaultyStripe, startFaultyStripe } from '../services/payouts/test/faulty-stripe.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const services = ['gateway', 'scheduling', 'reminders', 'payouts'];
/** Longer than the ack wait of a consumer, and than `ServiceDown` takes to fire. */
const stoppedMs = 35_000;

let prometheus: Awaited<ReturnType<typeof startPrometheus>>;
let api: PrometheusApi;
let world: TestStack;
let stripe: FaultyStripe;
const startedAt = Date.now() / 1_000;

beforeAll(async () => {
  // The first run on a machine builds it.
  const log = (line: string) => process.stdout.write(`${line}\n`);
  prometheus = await startPrometheus({ log, ruleFiles: [`${root}deploy/prometheus/rules/*.yml`] });
  api = openPrometheusApi(prometheus.url);
  stripe = await startFaultyStripe();
  const environment = {
    OTEL_METRICS_EXPORTER: 'prometheus',
    PAYMENT_PROVIDER: 'stripe',
    STRIPE_API_KEY: 'sk_test_123',
    STRIPE_WEBHOOK_SECRET: 'whsec_test',
    STRIPE_API_BASE: stripe.url,
  };
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
  await stripe?.stop();
  await prometheus?.stop();
});

/** Visits up to a paid payout, some refused requests, and an open change stream. */
async function useEverything(): Promise<void> {
  const journey = await createJourney(world);
  for (let round = 0; round < 3; round += 1) {
    const visit = await journey.confirmed();
    await journey.payoutOf(visit, 'PENDING');
    await journey.customer.listReminders({ params: { id: visit.assignmentId } });
    await journey.customer.getAssignment({ params: { id: crypto.randomUUID() } }).catch(() => undefined);
    await journey.payoutOf(await approve(journey), 'PAID');
  }
  await journey.begun();
}

/** A visit whose provider has an account, up to its approved payout. */
async function approve(journey: Journey): Promise<Visit> {
  const visit = await journey.begun();
  const { id: providerId } = visit.provider;
  const account = { account: 'acct_1MTfjCQ9PRzxEwkZ' };
  await journey.finance.putPayoutAccount({ params: { id: providerId }, body: account });
  await (await world.user('finance')).confirmPayoutAccount({ params: { id: providerId }, body: account });
  await visit.provider.completeAssignment({ params: { id: visit.assignmentId } });
  const { id } = await journey.payoutOf(visit, 'AWAITING_APPROVAL');
  await journey.finance.approvePayout({ params: { id } });
  return visit;
}

/**
 * A service that stops answering with an event in its hands, one that is down and finds less than
 * there was, an unreadable event, and a payment provider that refuses the key.
 */
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
  await forget(peer);
  const finance = await world.user('finance');
  expect((await finance.send(endpoints.listPayouts, {})).status).toBe(503);
  await payouts.start();
  await peer.jetstream.publish('schedule.confirmed', 'not JSON');
  await peer.stop();
  stripe.setFaults(() => '401');
  await approve(journey);
  await eventually(async () => {
    expect(await firing()).toEqual(expect.arrayContaining(['DeadLetters', 'PaymentsRefused']));
  });
  stripe.setFaults(() => 'none');
}

/** A stream loses its last event, and the database of payouts what it has applied. */
async function forget({ manager }: Awaited<ReturnType<typeof connectPeer>>): Promise<void> {
  const { state } = await manager.streams.info('PAYOUT');
  await manager.streams.deleteMessage('PAYOUT', state.last_seq);
  const database = new Client({ connectionString: world.databases.payouts });
  await database.connect();
  await database.query('delete from inbox');
  await database.end();
}

async function firing(): Promise<string[]> {
  return (await api.alerts()).filter(({ state }) => state === 'firing').map(({ name }) => name);
}

async function pointsOf(expr: string): Promise<number> {
  const to = Date.now() / 1_000;
  const series = await api.queryRange(expr, { from: startedAt, to, step: 5 });
  return series.flatMap(({ points }) => points).length;
}

/** Without those with exemplars, which need a collector: `e2e/observability`. */
const panels = dashboards.flatMap(({ id, perService, rows }) =>
  rows
    .flatMap((row) => row.panels)
    .filter(({ exemplars }) => !exemplars)
    .flatMap(({ title, only, queries }) =>
      (perService ? (only ? ['scheduling'] : services) : ['']).flatMap((service) =>
        queries.map(({ expr }) => ({ name: `${id}, ${title} ${service}`.trim(), expr, service })),
      ),
    ),
);

describe('after a run and two faults', () => {
  test.each(panels)('the panel has data: $name', { timeout: 120_000 }, async ({ expr, service }) => {
    const filled = expr
      .replaceAll('$__rate_interval', '20s')
      .replaceAll('$__range', '15m')
      .replaceAll('$service', service);
    // Longer than a failed job waits until it runs again.
    const soon = { withinMs: 90_000, everyMs: 1_000 };
    await eventually(async () => expect(await pointsOf(filled), filled).toBeGreaterThan(0), soon);
  });

  test('every rule is evaluated without an error', async () => {
    const answer = await fetch(`${prometheus.url}/api/v1/rules`);
    const { data } = (await answer.json()) as { data: { groups: { rules: { name: string; health: string }[] }[] } };
    const rules = data.groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(20);
    expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
  });

  test('a stopped service, an unreadable event and a refused key raised their alerts', async () => {
    const series = await api.queryRange('max by (alertname) (ALERTS{alertstate="firing"})', {
      from: startedAt,
      to: Date.now() / 1_000,
      step: 5,
    });
    const raised = series.map(({ labels }) => labels.alertname);
    expect(raised).toEqual(expect.arrayContaining(['ServiceDown', 'DeadLetters', 'PaymentsRefused']));
  });
});

const queries = ['docs/runbook.md', 'docs/slo.md'].flatMap((file) =>
  [...readFileSync(root + file, 'utf8').matchAll(/^```promql\n([^`]+)```$/gm)].map(([, expr = '']) => ({ file, expr })),
);

test.each(queries)('Prometheus answers the query of $file: $expr', async ({ expr }) => {
  const answer = await fetch(`${prometheus.url}/api/v1/query?${new URLSearchParams({ query: expr })}`);
  expect(await answer.json()).toMatchObject({ status: 'success' });
});
