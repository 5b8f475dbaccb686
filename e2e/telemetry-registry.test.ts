import {
  type AttributeDefinition,
  type AttributeName,
  attributes,
  type MetricDefinition,
  metrics,
  mostSeries,
  prometheusLabel,
  prometheusName,
  type SpanDefinition,
  spans,
} from '@punctual/chassis/telemetry-registry';
import { consumers, DriftKind, type Endpoint, endpoints, problems } from '@punctual/contracts';
import { type DeployableName, deployableNames, windowIn } from '@punctual/devstack';
import { confirm, createJourney, eventually, giveJob, startTestStack, type TestStack } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Collector, type Span, startCollector } from './collector.ts';
import { metricOf, type Series, scrape } from './prometheus.ts';

const registry = Object.entries<MetricDefinition<AttributeName>>(metrics);
const byPrometheusName = new Map(registry.map(([name, metric]) => [prometheusName(name, metric), metric]));
const known = new Set(byPrometheusName.keys());
const definedSpans = Object.entries<SpanDefinition>(spans);

let collector: Collector;
let world: TestStack;

beforeAll(async () => {
  collector = await startCollector();
  world = await startTestStack('telemetry-registry', {
    watchStreams: true,
    console: true,
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_METRICS_EXPORTER: 'otlp,prometheus',
      OTEL_METRIC_EXPORT_INTERVAL: '500',
      OTEL_METRIC_EXPORT_TIMEOUT: '400',
      OTEL_BSP_SCHEDULE_DELAY: '100',
    },
  });
  await journey();
});

afterAll(async () => {
  await world?.stop();
  await collector?.stop();
});

/** A visit to its approved payout, with a refusal, an unknown path and a change stream. */
async function journey(): Promise<void> {
  const visit = await giveJob(await world.user('customer'), await world.user('provider'));
  const soon = windowIn(Temporal.Now.instant(), { startsInMinutes: 45, minutes: 60 });
  await visit.customer.proposeForJob({ params: { id: visit.jobId }, body: soon });
  await confirm(visit);
  await (await world.user('finance')).listPayouts({ query: {} });
  await (await createJourney(world)).approved();
  await visit.customer.listReminders({ params: { id: visit.assignmentId }, query: {} });
  await fetch(`${gateway()}/nothing/here`);
  await lookAtConsole();
  await eventually(() => {
    for (const name of ['punctual.reminders.sent', 'punctual.payouts.drift', 'punctual.stream.used'])
      expect(collector.metricsOf(name), name).not.toEqual([]);
  });
  await visit.provider.disputeAssignment({ params: { id: visit.assignmentId }, body: { kind: 'OTHER', reason: 'no' } });
}

/** The page that leads to the sign-in, and one of a person who has signed in. */
async function lookAtConsole(): Promise<void> {
  const { url } = world.stack.service('console');
  const authorization = `Bearer ${await world.environment.token('ops')}`;
  await fetch(url);
  await fetch(`${url}/admin/log-level`, { method: 'POST', headers: { authorization }, body: '{}' });
}

const gateway = () => world.stack.addresses.urls.gateway;

const emitters = [...deployableNames, 'streams'] as const;

function metricsUrl(name: (typeof emitters)[number]): string {
  const url = world.stack.addresses.metrics?.[name];
  if (!url) throw new Error(`${name} serves no metrics.`);
  return url;
}

test.each(emitters)('%s serves every metric that the registry gives it, and no other', async (name) => {
  await eventually(async () => {
    const series = await scrape(metricsUrl(name));
    const emitted = new Set(series.map((each) => metricOf(each, known)).filter((each) => each !== 'target_info'));
    const expected = [...byPrometheusName].filter(([, metric]) => metric.from.includes(name));
    const optional = new Set(expected.filter(([, metric]) => metric.only).map(([metric]) => metric));
    expect([...emitted].filter((each) => !optional.has(each)).sort()).toEqual(
      expected
        .map(([metric]) => metric)
        .filter((each) => !optional.has(each))
        .sort(),
    );
  });
});

test.each(emitters)('%s labels metrics only as the registry says', async (name) => {
  for (const each of await scrape(metricsUrl(name))) {
    const metric = byPrometheusName.get(metricOf(each, known));
    if (metric) expect(unknownLabels(each, metric), each.name).toEqual([]);
  }
});

/** The labels, or values of labels, that a series may not have. */
function unknownLabels({ labels }: Series, metric: MetricDefinition<AttributeName>): string[] {
  return Object.entries(labels).flatMap(([label, value]) => {
    if (label === 'service_name' || label === 'le') return [];
    const name = metric.attributes.find((attribute) => prometheusLabel(attribute) === label);
    const { values = [] }: AttributeDefinition = name === undefined ? noValues : attributes[name];
    return 'most' in values || values.map(String).includes(value) ? [] : [`${label}="${value}"`];
  });
}

const noValues = { type: 'string', meaning: '', convention: 'own', stability: 'stable' } as const;

test('no service has more series of a metric than the registry bounds', async () => {
  for (const emitter of emitters) {
    const series = await scrape(metricsUrl(emitter));
    process.stdout.write(`${emitter} has ${series.length} series\n`);
    const counts = Map.groupBy(series, (each) => metricOf(each, known));
    for (const [name, metric] of byPrometheusName) {
      const count = counts.get(name)?.length ?? 0;
      expect({ name, count: count > mostSeries(metric) ? count : 'bounded' }).toEqual({ name, count: 'bounded' });
    }
  }
});

test('every histogram has the buckets of the registry', async () => {
  for (const emitter of emitters) {
    const buckets = Map.groupBy(await scrape(metricsUrl(emitter)), ({ name }) => name.replace(/_bucket$/, ''));
    for (const [name, metric] of byPrometheusName) {
      const bounds = (buckets.get(name) ?? []).flatMap(({ labels }) => labels.le ?? []);
      if (bounds.length === 0) continue;
      const finite = [...new Set(bounds)].filter((bound) => bound !== '+Inf').map(Number);
      expect({ name, bounds: finite.toSorted((a, b) => a - b) }).toEqual({ name, bounds: metric.buckets });
    }
  }
});

test('the bounds that the registry counts by hand hold for the contract', () => {
  const paths = new Set(Object.values(endpoints).map(({ path }) => path));
  const statuses = new Set(Object.values(problems).map(({ status }) => status));
  const operations = Object.values(endpoints).map((endpoint: Endpoint) => {
    return new Set([endpoint.success.status, ...endpoint.problems.map((code) => problems[code].status)]).size;
  });
  // Pages and assets that are not in the contract, and no route.
  const routes = paths.size + 20;
  const otherMethods = attributes['http.request.method'].values.length * routes;
  const requests = operations.reduce((sum, count) => sum + count) + otherMethods;
  expect(requests).toBeLessThan(metrics['http.server.request.duration'].together.most);
  expect(routes).toBeLessThanOrEqual(attributes['http.route'].values.most);
  expect(statuses.size).toBeLessThan(attributes['http.response.status_code'].values.most);
  expect(Object.keys(consumers)).toHaveLength(attributes.consumer.values.most);
  expect(DriftKind.options).toHaveLength(attributes.kind.values.most);
});

test('the same metrics, with the same units, go to the collector', async () => {
  await eventually(() => {
    const pushed = new Map(collector.metrics().map(({ name, unit }) => [name, unit]));
    for (const [name, unit] of pushed)
      expect([name, unit]).toEqual([name, metrics[name as keyof typeof metrics]?.unit]);
    const missing = registry.filter(([name, metric]) => !metric.only && !pushed.has(name)).map(([name]) => name);
    expect(missing).toEqual([]);
  });
});

test('every span is one of the registry, with its attributes', async () => {
  for (const span of collector.spans()) {
    const definition = definitionFor(span);
    expect(definition, `${span.service} ${span.kind} ${span.name}`).toBeDefined();
    const unknown = Object.keys(span.attributes).filter((name) => !definition?.attributes.includes(name));
    expect(unknown, `${span.service} ${span.kind} ${span.name}`).toEqual([]);
  }
});

test('every span of the registry that a journey needs is emitted', async () => {
  await eventually(() => {
    const emitted = new Set(collector.spans().map(definitionFor));
    const missing = definedSpans.filter(([, span]) => !span.only && !emitted.has(span)).map(([name]) => name);
    expect(missing).toEqual([]);
  });
});

/** The definition whose name fits: `{…}` stands for the value of that attribute. */
function definitionFor(span: Span): SpanDefinition | undefined {
  return definedSpans.find(([pattern, { kind, from }]) => {
    const name = pattern.replaceAll(/\{([^}]+)\}/g, (_, attribute) => String(span.attributes[attribute] ?? ''));
    return kind === span.kind && from.includes(span.service as DeployableName) && name.trim() === span.name;
  })?.[1];
}

test('a client with random paths, methods, hosts and headers makes no new series', async () => {
  const request = (index: number) =>
    fetch(`${gateway()}/${index}-${crypto.randomUUID()}/x?q=${index}`, {
      method: ['GET', 'DELETE', 'PATCH', `M${index}`][index % 4] ?? 'GET',
      headers: {
        'x-forwarded-host': `host-${index}.example`,
        'x-forwarded-proto': `p${index}`,
        'x-forwarded-for': `10.0.0.${index}`,
        'user-agent': `agent ${index}`,
        forwarded: `host=${index}.example;proto=p${index}`,
        traceparent: `00-${crypto.randomUUID().replaceAll('-', '')}-00f067aa0ba902b${index % 10}-01`,
        baggage: `k${index}=v`,
      },
    }).catch(() => undefined);
  // Every method and outcome once.
  for (let index = 0; index < 8; index += 1) await request(index);
  const before = await countSeries();
  for (let index = 8; index < 208; index += 1) await request(index);
  const after = await countSeries();
  expect(after.gateway).toBeGreaterThan(0);
  expect(after).toEqual(before);
});

/** The series of requests, by service. */
async function countSeries(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const name of deployableNames) {
    const series = await scrape(metricsUrl(name));
    counts[name] = series.filter((each) => each.name.startsWith('http_server_')).length;
  }
  return counts;
}
