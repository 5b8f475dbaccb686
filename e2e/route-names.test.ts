import { request } from 'node:http';
import type { ServiceName } from '@punctual/devstack';
import { runService, type TestEnvironment, testEnvironment, untilReadiness } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Collector, startCollector } from './collector.ts';

let collector: Collector;
let environment: TestEnvironment;
/** The database of payouts. */
let other: TestEnvironment;

beforeAll(async () => {
  collector = await startCollector();
  environment = await testEnvironment({ postgres: true, mongo: true, nats: true, streams: true });
  other = await testEnvironment({ postgres: true });
});

afterAll(async () => {
  await other.stop();
  await environment.stop();
  await collector.stop();
});

const id = '01936f2a-7c10-7000-8000-000000000001';
const nowhere = 'http://127.0.0.1:9';

/** Requests by their expected route name, which is unique within a service. */
const asked: Record<ServiceName, Record<string, string>> = {
  gateway: {
    'GET /assignments/{id}': `GET /assignments/${id}`,
    'POST /jobs': 'POST /jobs',
    'GET /docs': 'GET /docs',
    'GET /docs/start.js': 'GET /docs/start.js',
    'GET /docs/events': 'GET /docs/events',
    'GET /asyncapi.json': 'GET /asyncapi.json',
    'POST /webhooks/stripe': 'POST /webhooks/stripe',
    GET: 'GET /nothing/here',
    'DELETE /assignments/{id}': `DELETE /assignments/${id}`,
  },
  scheduling: {
    'GET /assignments/{id}/timeline': `GET /assignments/${id}/timeline`,
    'POST /assignments/{id}/schedule/confirm': 'POST /assignments/not-an-id/schedule/confirm',
    GET: 'GET /',
  },
  reminders: {
    'GET /workers/reminders/health': 'GET /workers/reminders/health',
    'GET /assignments/{id}/reminders': `GET /assignments/${id}/reminders`,
    'GET /agendash': 'GET /agendash',
    'GET /agendash/{rest}': 'GET /agendash/api?limit=5',
    'POST /agendash/{rest}': 'POST /agendash/sign-in',
  },
  payouts: {
    'GET /payouts': 'GET /payouts',
    'GET /payouts/summary': 'GET /payouts/summary',
    'GET /payouts/{id}': `GET /payouts/${id}`,
    'GET /ops/payouts/drift': 'GET /ops/payouts/drift',
    'POST /webhooks/stripe': 'POST /webhooks/stripe',
  },
};

test.each(Object.entries(asked) as [ServiceName, Record<string, string>][])(
  '%s names server spans and durations by route, refusals included',
  async (name, requests) => {
    const service = await runService(name, {
      ...environment.env,
      ...(name === 'payouts' && { DATABASE_URL: other.databaseUrl }),
      SCHEDULING_URL: nowhere,
      REMINDERS_URL: nowhere,
      PAYOUTS_URL: nowhere,
      OTEL_SERVICE_NAME: name,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_LOGS_EXPORTER: 'none',
      // Longer than the test, so that only the stop sends.
      OTEL_METRIC_EXPORT_INTERVAL: '600000',
      OTEL_BSP_SCHEDULE_DELAY: '600000',
    });
    await untilReadiness(service.url, 200);
    const authorization = `Bearer ${await environment.token(['ops', 'customer', 'finance'])}`;
    for (const line of Object.values(requests)) {
      const [method, path] = line.split(' ') as [string, string];
      await ask(service.url, method, path, authorization);
    }
    service.kill('SIGTERM');
    expect(await service.exited).toBe(0);

    const spans = collector.spans().filter((span) => span.service === name && span.kind === 'server');
    expect(spans.map((span) => span.name).sort()).toEqual(Object.keys(requests).sort());
    const durations = collector.metricsOf('http.server.request.duration').filter((point) => point.service === name);
    const named = durations.map(({ attributes }) =>
      [attributes['http.request.method'], attributes['http.route']].filter(Boolean).join(' '),
    );
    expect([...new Set(named)].sort()).toEqual(Object.keys(requests).sort());
  },
  60_000,
);

/** Sends the path unchanged, which `fetch` does not always do. */
function ask(url: string, method: string, path: string, authorization: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const sent = request({ hostname, port, method, path, headers: { authorization }, agent: false }, (response) => {
      response.on('end', resolve).resume();
    });
    sent.on('error', reject).end();
  });
}
