import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findJaeger, findPromtool, isJaegerBuilt } from '@punctual/devstack';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { argumentsOf, compose, root } from './containers.ts';

const run = promisify(execFile);
const isBuilt = await isJaegerBuilt();
const provisioning = 'deploy/grafana/provisioning';
const readYaml = async (path: string) => parse(await readFile(join(root, path), 'utf8'));
const { datasources } = await readYaml(`${provisioning}/datasources/datasources.yaml`);
const { providers } = await readYaml(`${provisioning}/dashboards/dashboards.yaml`);
const folder = 'deploy/grafana/dashboards';
const dashboards = (await readdir(join(root, folder))).filter((file) => file.endsWith('.json'));
const uids = datasources.map(({ uid }: { uid: string }) => uid);

test('promtool accepts the configuration of Prometheus', { timeout: 1_200_000 }, async () => {
  const promtool = await findPromtool({ log: (line) => process.stdout.write(`${line}\n`) });
  await run(promtool, ['check', 'config', '--lint-fatal', join(root, 'deploy/prometheus/prometheus.yml')]);
});

test.skipIf(!isBuilt).each(['otelcol', 'jaeger'])('a collector accepts the configuration of %s', async (container) => {
  await run(await findJaeger(), ['validate', ...argumentsOf(container)]);
});

test('Prometheus asks for every service and for nothing that the compose file lacks', async () => {
  const { scrape_configs: jobs } = await readYaml('deploy/prometheus/prometheus.yml');
  const names = ['gateway', 'scheduling', 'reminders', 'payouts', 'console', 'streams'];
  expect(jobs[0].dns_sd_configs[0].names.toSorted()).toEqual(names.toSorted());
  for (const name of names) {
    const { environment } = compose.services[name] ?? {};
    expect(environment).toMatchObject({
      OTEL_METRICS_EXPORTER: expect.stringContaining('{OTEL_METRICS_EXPORTER:-'),
      OTEL_EXPORTER_PROMETHEUS_HOST: '0.0.0.0',
    });
  }
  expect(compose.services.otelcol?.networks?.default.aliases).toEqual(['collector']);
});

test('the data sources are containers of the profile, on ports that these listen on', async () => {
  const jaeger = await readYaml('deploy/jaeger/config.yaml');
  const ports = { prometheus: 9090, jaeger: Number(jaeger.extensions.jaeger_query.http.endpoint.split(':')[1]) };
  expect(datasources.map(({ url }: { url: string }) => url).toSorted()).toEqual(
    Object.entries(ports)
      .map(([host, port]) => `http://${host}:${port}`)
      .toSorted(),
  );
});

test('exemplars and spans link to data sources that exist', () => {
  const linked = datasources.flatMap(({ jsonData }: { jsonData: Links }) => [
    ...(jsonData.exemplarTraceIdDestinations ?? []).map(({ datasourceUid }) => datasourceUid),
    ...(jsonData.tracesToMetrics ? [jsonData.tracesToMetrics.datasourceUid] : []),
  ]);
  expect(linked).toEqual(['jaeger', 'prometheus']);
  expect(uids).toEqual(expect.arrayContaining(linked));
});

type Links = {
  exemplarTraceIdDestinations?: { datasourceUid: string }[];
  tracesToMetrics?: { datasourceUid: string };
};

test.each(dashboards)('%s takes its data from the default data source', async (file) => {
  const dashboard = JSON.parse(await readFile(join(root, folder, file), 'utf8'));
  const variable = dashboard.templating.list.find(({ name }: { name: string }) => name === 'datasource');
  const defaults = datasources.filter(({ isDefault }: { isDefault?: boolean }) => isDefault);
  expect(defaults).toMatchObject([{ type: variable.query }]);
  const used = JSON.stringify(dashboard).matchAll(/"uid":"([^"]+)"/g);
  const sources = [...used].map(([, uid]) => uid).filter((uid) => uid !== dashboard.uid);
  for (const uid of sources) expect([...uids, '$datasource']).toContain(uid);
});

test('Grafana mounts what it provisions', () => {
  const mounts = Object.fromEntries((compose.services.grafana?.volumes ?? []).map((each) => each.split(':')));
  expect(mounts[`./${folder}`]).toBe(providers[0].options.path);
  for (const each of ['datasources', 'dashboards'])
    expect(mounts[`./${provisioning}/${each}`]).toBe(`/etc/grafana/provisioning/${each}`);
});
