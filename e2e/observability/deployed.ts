import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  findJaeger,
  findPrometheus,
  freePort,
  type ScrapeTarget,
  type SupervisedProcess,
  startSupervised,
} from '@punctual/devstack';
import { eventually } from '@punctual/testkit';
import { parse } from 'yaml';
import { argumentsOf, root } from './containers.ts';

export type Program = { url: string; stop(): Promise<void> };
export type Collector = Program & {
  /** The address at which Prometheus scrapes it. */
  metrics: string;
};

// Each runs with the arguments and files of its container in docker-compose.yml, on other ports.

/** Starts Jaeger. `url` is its query API. */
export async function startDeployedJaeger({ otlpPort }: { otlpPort: number }): Promise<Program> {
  const [query, health] = [await freePort(), await freePort()];
  const ports = {
    extensions: {
      healthcheckv2: { http: { endpoint: local(health) } },
      jaeger_query: { http: { endpoint: local(query) }, grpc: { endpoint: local(0) } },
    },
    receivers: { otlp: { protocols: { http: { endpoint: local(otlpPort) } } } },
  };
  return start('jaeger', {
    command: async (folder) => [await findJaeger(), ...argumentsOf('jaeger'), await override(folder, ports)],
    url: `http://${local(query)}`,
    // As the container's health check asks it.
    ready: `http://${local(health)}/status`,
  });
}

/** Starts a collector that exports to Jaeger; Jaeger's program is one. `url` takes OTLP over HTTP. */
export async function startDeployedCollector({ otlpPort: jaeger }: { otlpPort: number }): Promise<Collector> {
  const [http, grpc, metrics] = [await freePort(), await freePort(), await freePort()];
  const ports = {
    receivers: { otlp: { protocols: { http: { endpoint: local(http) }, grpc: { endpoint: local(grpc) } } } },
    exporters: { otlphttp: { endpoint: `http://${local(jaeger)}` }, prometheus: { endpoint: local(metrics) } },
  };
  const program = await start('collector', {
    command: async (folder) => [await findJaeger(), ...argumentsOf('otelcol'), await override(folder, ports)],
    url: `http://${local(http)}`,
    ready: `http://${local(metrics)}/metrics`,
  });
  return { ...program, metrics: local(metrics) };
}

/** Starts Prometheus. Instead of asking DNS, it gets the addresses of the processes. */
export async function startDeployedPrometheus(targets: ScrapeTarget[], collector: Collector): Promise<Program> {
  const port = await freePort();
  const written = await readFile(join(root, 'deploy/prometheus/prometheus.yml'), 'utf8');
  const config = parse(written.replace('collector:8889', collector.metrics));
  const [services] = config.scrape_configs;
  const { names } = services.dns_sd_configs[0];
  delete services.dns_sd_configs;
  services.static_configs = targets
    .filter(({ service }) => names.includes(service))
    .map(({ service, url }) => ({ targets: [new URL(url).host], labels: { __meta_dns_name: service } }));
  config.rule_files = [join(root, 'deploy/prometheus/rules/*.yml')];
  return start('prometheus', {
    command: async (folder) => {
      const file = join(folder, 'prometheus.yml');
      // YAML contains JSON.
      await writeFile(file, JSON.stringify(config));
      const places = { '--config.file=': file, '--storage.tsdb.path=': join(folder, 'data') };
      const given = argumentsOf('prometheus').map((argument) =>
        Object.entries(places).reduce((now, [flag, path]) => (now.startsWith(flag) ? flag + path : now), argument),
      );
      return [await findPrometheus(), ...given, `--web.listen-address=${local(port)}`];
    },
    url: `http://${local(port)}`,
    ready: `http://${local(port)}/-/ready`,
  });
}

type Start = { command: (folder: string) => Promise<string[]>; url: string; ready: string };

async function start(name: string, { command, url, ready }: Start): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), `punctual-${name}-`));
  const logFile = join(folder, `${name}.log`);
  let process: SupervisedProcess | undefined;
  const stop = async () => {
    await process?.stop();
    await rm(folder, { recursive: true });
  };
  try {
    process = await startSupervised({ command: await command(folder), stopSignal: 'TERM', logFile });
    await eventually(async () => {
      const { ok, status } = await fetch(ready);
      if (!ok) throw new Error(`${ready} answers ${status}.`);
    });
    return { url, stop };
  } catch (error) {
    const log = await readFile(logFile, 'utf8').catch(() => '');
    await stop();
    throw new Error(`${name} does not start: ${log.slice(-2_000)}`, { cause: error });
  }
}

/** Writes settings that are merged over those of the container. @returns the argument */
async function override(folder: string, settings: object): Promise<string> {
  const file = join(folder, 'ports.yaml');
  await writeFile(file, JSON.stringify(settings));
  return `--config=${file}`;
}

function local(port: number): string {
  return `127.0.0.1:${port}`;
}
