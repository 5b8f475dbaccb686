import { endpoints } from '@punctual/contracts';
import { freePort, isJaegerBuilt, scrapeTargets } from '@punctual/devstack';
import { dashboards } from '@punctual/monitoring';
import { openPrometheusApi, openTraceStore, type PrometheusApi, type TraceStore } from '@punctual/pages';
import { createJourney, eventually, sendSpan, startTestStack, type TestStack } from '@punctual/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Program, startDeployedCollector, startDeployedJaeger, startDeployedPrometheus } from './deployed.ts';

const isBuilt = await isJaegerBuilt();
const name = `the profile observability${isBuilt ? '' : ' (skipped: Jaeger is not built here; npm start -- --observe builds it)'}`;
const ordinary = 200;
const startedAt = Date.now() / 1_000;
/** Until the collector has decided, has exported span metrics, and these are scraped. */
const soon = { withinMs: 150_000, everyMs: 1_000 };

const withExemplars = dashboards.flatMap(({ id, rows }) =>
  rows.flatMap(({ panels }) => panels.filter(({ exemplars }) => exemplars).map((panel) => ({ id, ...panel }))),
);

describe.skipIf(!isBuilt)(name, () => {
  const programs: Program[] = [];
  let world: TestStack;
  let traces: TraceStore;
  let api: PrometheusApi;
  let failed: string;
  let others: string[];
  const keep = <P extends Program>(program: P) => {
    programs.push(program);
    return program;
  };

  beforeAll(async () => {
    const otlpPort = await freePort();
    traces = openTraceStore(keep(await startDeployedJaeger({ otlpPort })).url);
    const collector = keep(await startDeployedCollector({ otlpPort }));
    // As the header of docker-compose.yml sets it.
    const environment = {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_METRICS_EXPORTER: 'prometheus',
      OTEL_LOGS_EXPORTER: 'none',
    };
    world = await startTestStack('observability', { watchStreams: true, environment });
    const targets = scrapeTargets(world.stack, { watchesStreams: true });
    api = openPrometheusApi(keep(await startDeployedPrometheus(targets, collector)).url);
    const processes = targets.length + 1;
    await eventually(async () => expect(await api.query('count(up == 1)')).toBe(processes), soon);
    await (await createJourney(world)).confirmed();
    others = await Promise.all(Array.from({ length: ordinary }, () => sendSpan(collector.url, { ms: 5 })));
    failed = await failRequest();
  }, 600_000);

  afterAll(async () => {
    await world?.stop();
    await Promise.all(programs.map((program) => program.stop()));
  });

  /** Asks the gateway for a service that is down. @returns the trace ID that the client sees */
  async function failRequest(): Promise<string> {
    await world.stack.service('payouts').stop();
    const finance = await world.user('finance');
    const { status, body } = await finance.send(endpoints.listPayouts, {});
    expect(status).toBe(503);
    return (body as { traceId: string }).traceId;
  }

  test('Prometheus scrapes every process, under the name of its service', async () => {
    const now = Date.now() / 1_000;
    const series = await api.queryRange('up', { from: now, to: now, step: 5 });
    expect(series.map(({ labels }) => labels.job).toSorted()).toEqual([
      'collector',
      'gateway',
      'payouts',
      'reminders',
      'scheduling',
      'streams',
    ]);
  });

  test('Jaeger has the trace of a failed request, and about 1 % of ordinary traces', { timeout: 200_000 }, async () => {
    const trace = await eventually(async () => {
      const found = await traces.get(failed);
      expect(found).toBeDefined();
      return found;
    }, soon);
    expect(trace?.spans.some((span) => span.service === 'gateway' && span.failed)).toBe(true);
    const kept = await Promise.all(others.map((id) => traces.get(id)));
    expect(kept.filter((each) => each !== undefined).length).toBeLessThan(ordinary * 0.1);
  });

  test.each(withExemplars)(
    'a point of "$title" in the dashboard $id opens its trace',
    { timeout: 200_000 },
    async ({ queries }) => {
      const [{ expr } = { expr: '' }] = queries;
      const query = expr.replaceAll('$__rate_interval', '60s').replaceAll('$service', 'gateway');
      const exemplars = await eventually(async () => {
        const found = await api.exemplars(query, { from: startedAt, to: Date.now() / 1_000 });
        expect(found.map(({ traceId }) => traceId)).toContain(failed);
        return found;
      }, soon);
      for (const { traceId } of exemplars) expect(await traces.get(traceId), traceId).toBeDefined();
      await eventually(async () => {
        const series = await api.queryRange(query, { from: startedAt, to: Date.now() / 1_000, step: 5 });
        expect(series.flatMap(({ points }) => points).length).toBeGreaterThan(0);
      }, soon);
    },
  );

  test('a dashboard asks for exemplars', () => expect(withExemplars).not.toEqual([]));
});
