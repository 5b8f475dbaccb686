import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findPromtool, freePort } from '@punctual/devstack';
import { eventually } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fromCheckout } from '../src/candidate.ts';
import { askPrometheus } from '../src/prometheus.ts';

const day = 86_400;

/** Forty days of a counter, a sample every six hours. */
function history(labels: Record<string, string>): string[] {
  const now = Math.floor(Date.now() / 1_000);
  const text = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return Array.from({ length: 160 }, (_, index) => {
    const at = now - 40 * day + index * (day / 4);
    return `http_server_request_duration_seconds_count{${text.join(',')}} ${index + 1} ${at}`;
  });
}

/** One request, two days ago, to a process that has run since. */
function oneRequest(route: string): string[] {
  const now = Math.floor(Date.now() / 1_000);
  const labels = `job="gateway",http_route="${route}",http_request_method="GET",http_response_status_code="200"`;
  return [48, 24, 0].map((hours) => `http_server_request_duration_seconds_count{${labels}} 1 ${now - hours * 3_600}`);
}

const requests = (route: string, status: string) =>
  history({ job: 'gateway', http_route: route, http_request_method: 'GET', http_response_status_code: status });

let url: string;
let stop: () => Promise<unknown>;

// A real Prometheus, with a past that promtool writes.
beforeAll(async () => {
  const promtool = await findPromtool();
  const folder = mkdtempSync(join(tmpdir(), 'punctual-prometheus-'));
  const samples = join(folder, 'samples.txt');
  const lines = [
    ...oneRequest('/jobs'),
    ...requests('/jobs/:id', '200'),
    ...requests('/payouts', '401'),
    ...requests('/nothing/:of/ours', '200'),
  ];
  const head = '# TYPE http_server_request_duration_seconds_count counter';
  writeFileSync(samples, [head, ...lines, '# EOF', ''].join('\n'));
  const data = join(folder, 'data');
  await promisify(execFile)(promtool, ['tsdb', 'create-blocks-from', 'openmetrics', samples, data]);
  writeFileSync(join(folder, 'prometheus.yml'), '{}');
  const port = await freePort();
  const prometheus = spawn(
    join(dirname(promtool), 'prometheus'),
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${data}`,
      '--storage.tsdb.retention.time=90d',
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ],
    { stdio: 'inherit' },
  );
  const exited = once(prometheus, 'exit');
  url = `http://127.0.0.1:${port}`;
  stop = async () => {
    prometheus.kill('SIGTERM');
    await exited;
  };
  await eventually(async () => expect((await fetch(`${url}/-/ready`)).status).toBe(200), { withinMs: 60_000 });
}, 900_000);

afterAll(() => stop());

test('Prometheus says which operations were requested, and not what was refused', async () => {
  const { openapi } = await fromCheckout('gateway');
  const used = await askPrometheus(url, openapi, 30);
  expect([...(used ?? []).keys()].toSorted()).toEqual(['getJob', 'listJobs']);
  expect(used?.get('listJobs')).toBe(1);
  expect(used?.get('getJob')).toBeGreaterThan(100);
});

test('a Prometheus that is too young says nothing', async () => {
  const { openapi } = await fromCheckout('gateway');
  expect(await askPrometheus(url, openapi, 60)).toBeUndefined();
});

test('an address that is no Prometheus is an error that names it', async () => {
  const { openapi } = await fromCheckout('gateway');
  await expect(askPrometheus('http://127.0.0.1:9', openapi, 30)).rejects.toThrow(
    /^Prometheus at http:\/\/127\.0\.0\.1:9 does not say what was used: /,
  );
});
