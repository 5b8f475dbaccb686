import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually, runService, type TestEnvironment, testEnvironment, untilReadiness } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTcpServer } from './tcp-server.ts';

let environment: TestEnvironment;
const closing: (() => void)[] = [];

beforeAll(async () => {
  environment = await testEnvironment({});
});

afterAll(async () => {
  for (const close of closing) close();
  await environment.stop();
});

async function collectorThat(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closing.push(() => server.close().closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function silentCollector(): Promise<string> {
  const server = await startTcpServer();
  closing.push(server.stop);
  return `http://${server.address}`;
}

const collectors: [string, () => Promise<string>, Record<string, string>?][] = [
  ['refuses connections', async () => 'http://127.0.0.1:9'],
  ['is silent', silentCollector],
  ['is silent, over gRPC', silentCollector, { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }],
  ['answers 500', () => collectorThat((_request, response) => void response.writeHead(500).end('no'))],
  ['answers 503', () => collectorThat((_request, response) => void response.writeHead(503).end())],
  ['answers nonsense', () => collectorThat((_request, response) => void response.end('<html>'))],
  ['cuts connections', () => collectorThat((request) => void request.socket.destroy())],
  ['begins an answer and never ends it', () => collectorThat((_request, response) => void response.write('{'))],
  ['has a name that does not resolve', async () => 'http://collector.invalid:4318'],
  ['needs a protocol that is none', async () => 'http://127.0.0.1:9', { OTEL_EXPORTER_OTLP_PROTOCOL: 'morse' }],
];

test.concurrent.each(collectors)(
  'a service works and stops with code 0 when its collector %s',
  async (_what, start, more) => {
    const upstream = 'http://127.0.0.1:9';
    const service = await runService('gateway', {
      ...environment.env,
      NATS_URL: 'nats://127.0.0.1:9',
      SCHEDULING_URL: upstream,
      REMINDERS_URL: upstream,
      PAYOUTS_URL: upstream,
      OTEL_EXPORTER_OTLP_ENDPOINT: await start(),
      OTEL_METRIC_EXPORT_INTERVAL: '300',
      OTEL_METRIC_EXPORT_TIMEOUT: '200',
      OTEL_BSP_SCHEDULE_DELAY: '100',
      OTEL_BSP_EXPORT_TIMEOUT: '300',
      ...more,
    });
    await untilReadiness(service.url, 200, { withinMs: 60_000 });
    for (let round = 0; round < 5; round += 1) {
      // On a busy machine the gateway may shed a request.
      await eventually(async () => expect((await fetch(`${service.url}/asyncapi.json`)).status).toBe(200));
      await delay(300);
    }
    const asked = performance.now();
    service.kill('SIGTERM');
    expect(await service.exited).toBe(0);
    // 1.5 s for the last spans and metrics, the rest for a busy machine.
    expect(performance.now() - asked).toBeLessThan(8_000);
  },
  120_000,
);
