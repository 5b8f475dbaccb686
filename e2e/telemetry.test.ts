import { newTrace, windowIn } from '@punctual/devstack';
import { confirm, eventually, giveJob, startTestStack, type TestStack } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Collector, type Span, type SpanKind, startCollector } from './collector.ts';

let collector: Collector;
let world: TestStack;

beforeAll(async () => {
  collector = await startCollector();
  world = await startTestStack('telemetry', {
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_METRIC_EXPORT_INTERVAL: '500',
      OTEL_METRIC_EXPORT_TIMEOUT: '400',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    },
  });
});

afterAll(async () => {
  await world?.stop();
  await collector?.stop();
});

test('one trace links the request, the reminder, the payout and back', { timeout: 60_000 }, async () => {
  const visit = await giveJob(await world.user('customer'), await world.user('provider'));
  const soon = windowIn(Temporal.Now.instant(), { startsInMinutes: 45, minutes: 60 });
  await visit.customer.proposeForJob({ params: { id: visit.jobId }, body: soon });
  const { traceId, headers } = newTrace();
  await confirm(visit, headers);

  await eventually(() => {
    const spans = collector.spansOf(traceId);
    const request = below(spans, root(spans, headers.traceparent), 'gateway', 'server', 'POST');
    const command = below(spans, request, 'scheduling', 'server', 'POST');
    const confirmed = below(spans, command, 'scheduling', 'producer', 'publish schedule.confirmed');

    const planned = below(spans, confirmed, 'reminders', 'consumer', 'process schedule.confirmed');
    const due = below(spans, planned, 'reminders', 'producer', 'publish reminder.due');
    below(spans, due, 'scheduling', 'consumer', 'process reminder.due');
    const job = collector.spans().find(({ spanId }) => due.links.some((link) => link.spanId === spanId));
    // Of the minute, or of one that makes up for it on a busy machine.
    expect(job).toMatchObject({ service: 'reminders', name: expect.stringMatching(/^job (dispatch|sweep|join in)$/) });
    expect(job?.links.map((link) => link.traceId)).toContain(traceId);
    const own = spans.filter(({ parentSpanId }) => parentSpanId === command.spanId).map(({ name }) => name);
    expect(own).toContain('UPDATE assignment');

    const opened = below(spans, confirmed, 'payouts', 'consumer', 'process schedule.confirmed');
    const pending = below(spans, opened, 'payouts', 'producer', 'publish payout.pending');
    below(spans, pending, 'scheduling', 'consumer', 'process payout.pending');
  });
});

test('no span contains what people write, not even as a literal in SQL', { timeout: 60_000 }, async () => {
  const said = "It's Mrs Miller's \\ tap";
  const visit = await giveJob(await world.user('customer'), await world.user('provider'));
  const window = windowIn(Temporal.Now.instant(), { startsInMinutes: 90, minutes: 60 });
  await visit.customer.proposeForJob({ params: { id: visit.jobId }, body: { ...window, notes: said } });
  await confirm(visit);
  const { traceId, headers } = newTrace();
  const disputed = { params: { id: visit.assignmentId }, body: { kind: 'OTHER' as const, reason: said }, headers };
  await visit.provider.disputeAssignment(disputed);
  const search = newTrace();
  await visit.customer.listJobs({ query: { q: 'Miller', ids: [visit.jobId] }, headers: search.headers });
  await eventually(() => {
    const spans = collector.spansOf(traceId);
    for (const consumer of ['payouts', 'reminders'])
      below(spans, root(spans, headers.traceparent), consumer, 'consumer', 'process schedule.disputed');
    const found = collector.spansOf(search.traceId);
    below(found, root(found, search.headers.traceparent), 'scheduling', 'server', 'GET /jobs');
  });
  expect(collector.text()).toContain('db.query.text');
  expect(collector.text()).not.toContain('Miller');
  expect(collector.text()).not.toContain(visit.customer.id);
});

test('the outbox reports its depth, age, published events and leader', {
  timeout: 60_000,
}, async () => {
  await giveJob(await world.user('customer'), await world.user('provider')).then(async (visit) => {
    const soon = windowIn(Temporal.Now.instant(), { startsInMinutes: 45, minutes: 60 });
    await visit.customer.proposeForJob({ params: { id: visit.jobId }, body: soon });
  });

  await eventually(() => {
    const latest = (name: string) =>
      collector.metricsOf(name).findLast(({ service }) => service === 'scheduling')?.value;
    expect(latest('punctual.outbox.leader')).toBe(1);
    expect(latest('punctual.outbox.published')).toBeGreaterThan(0);
    expect(latest('punctual.outbox.depth')).toBe(0);
    expect(latest('punctual.outbox.age')).toBe(0);
  });
});

/** The span of the client, which sends a `traceparent` and exports nothing. */
function root(spans: Span[], traceparent: string): Pick<Span, 'spanId'> {
  const [, , spanId = ''] = traceparent.split('-');
  expect(spans.filter(({ parentSpanId }) => parentSpanId === spanId)).toHaveLength(1);
  return { spanId };
}

/** The one matching span below the ancestor, whose spans in between have all arrived. */
function below(spans: Span[], ancestor: Pick<Span, 'spanId'>, service: string, kind: SpanKind, name: string): Span {
  const alike = spans.filter((span) => span.service === service && span.kind === kind && span.name.startsWith(name));
  const found = alike.filter((span) => descends(spans, span, ancestor.spanId));
  const [span] = found;
  if (!span || found.length > 1) {
    const told = spans.map((each) => `${each.service} ${each.kind} ${each.name}`).join('\n');
    throw new Error(
      `${found.length} of ${alike.length} times ${service} ${kind} ${name} below its ancestor, in:\n${told}`,
    );
  }
  return span;
}

function descends(spans: Span[], span: Span, ancestorId: string): boolean {
  if (span.parentSpanId === ancestorId) return true;
  const parent = spans.find(({ spanId }) => spanId === span.parentSpanId);
  return parent !== undefined && descends(spans, parent, ancestorId);
}
