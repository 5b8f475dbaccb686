import { randomUUID } from 'node:crypto';
import { metrics, trace } from '@opentelemetry/api';
import * as sdk from '@opentelemetry/sdk-metrics';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { eventually } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FaultyStripe, startFaultyStripe } from './faulty-stripe.ts';
import { history, newParties } from './schedule-events.ts';
import { type PayoutsService, startPayouts } from './world.ts';

const spans = new InMemorySpanExporter();
const exporter = new sdk.InMemoryMetricExporter(sdk.AggregationTemporality.CUMULATIVE);
const reader = new sdk.PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });

let stripe: FaultyStripe;
let world: PayoutsService;

beforeAll(async () => {
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] }));
  metrics.setGlobalMeterProvider(new sdk.MeterProvider({ readers: [reader] }));
  stripe = await startFaultyStripe();
  world = await startPayouts({
    env: {
      PAYMENT_PROVIDER: 'stripe',
      STRIPE_API_KEY: 'sk_test_123',
      STRIPE_WEBHOOK_SECRET: 'whsec_test',
      STRIPE_API_BASE: stripe.url,
    },
  });
});

afterAll(async () => {
  await world?.stop();
  await stripe?.stop();
  await reader.shutdown();
});

/** A payout that waits for approval. */
async function awaitingApproval() {
  const parties = newParties();
  await world.setAccount(parties.providerId, 'acct_1MTfjCQ9PRzxEwkZ');
  await world.publish(...history(['propose', 'confirm', 'complete'], parties));
  return world.untilPayout(parties.assignmentId, { status: 'AWAITING_APPROVAL' });
}

/** The values of a metric, by an attribute of it. */
async function valuesOf(name: string, attribute: string): Promise<Record<string, unknown>> {
  exporter.reset();
  await reader.forceFlush();
  const all = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
  const points = all
    .filter(({ descriptor }) => descriptor.name === name)
    .flatMap(({ dataPoints }): sdk.DataPoint<unknown>[] => dataPoints);
  return Object.fromEntries(points.map(({ attributes, value }) => [String(attributes[attribute] ?? ''), value]));
}

test('a payment belongs to the trace of its approval, and says how it ended', async () => {
  const payout = await awaitingApproval();
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
  await world.call('finance', randomUUID(), `POST /payouts/${payout.id}/approve`, { headers });
  await world.untilPayout(payout.assignmentId, { status: 'PAID' });
  await eventually(() => {
    const [payment] = spans.getFinishedSpans().filter(({ name }) => name === 'pay payout');
    expect(payment?.spanContext().traceId).toBe(traceId);
    expect(payment?.attributes).toEqual({
      'peer.service': 'stripe',
      'punctual.payment.attempt': 1,
      'punctual.payment.outcome': 'paid',
    });
  });
  expect(await valuesOf('punctual.payouts.payments', 'outcome')).toEqual({ paid: 1 });
});

test('payouts are counted by status, and the oldest one that waits is timed', async () => {
  const before = await valuesOf('punctual.payouts.by_status', 'status');
  expect(before).toEqual({ PENDING: 0, AWAITING_APPROVAL: 0, APPROVED: 0, PAID: 1, BLOCKED: 0 });
  expect(await valuesOf('punctual.payouts.oldest_waiting', '')).toEqual({ '': 0 });
  await awaitingApproval();
  await eventually(async () => {
    expect((await valuesOf('punctual.payouts.oldest_waiting', ''))['']).toBeGreaterThan(0.5);
  });
  expect(await valuesOf('punctual.payouts.by_status', 'status')).toMatchObject({ AWAITING_APPROVAL: 1, PAID: 1 });
});

test('the time until a decision is recorded once for each decision', async () => {
  const before = await valuesOf('punctual.payouts.decision_time', 'decision');
  const [approved, blocked] = [await awaitingApproval(), await awaitingApproval()];
  const clerk = randomUUID();
  const headers = { 'idempotency-key': randomUUID() };
  for (let repeat = 0; repeat < 2; repeat += 1)
    await world.call('finance', clerk, `POST /payouts/${approved.id}/approve`, { headers });
  for (let repeat = 0; repeat < 2; repeat += 1)
    await world.call('finance', clerk, `POST /payouts/${blocked.id}/block`, { body: { reason: 'A look first' } });
  const after = await valuesOf('punctual.payouts.decision_time', 'decision');
  const countOf = (values: Record<string, unknown>, name: string) => (values[name] as { count: number })?.count ?? 0;
  expect(countOf(after, 'approved') - countOf(before, 'approved')).toBe(1);
  expect(countOf(after, 'blocked') - countOf(before, 'blocked')).toBe(1);
  expect((after.blocked as { max: number }).max).toBeGreaterThan(0);
});
