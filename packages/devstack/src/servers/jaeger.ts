import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findCommand } from './commands.ts';
import { freePort } from './free-port.ts';
import { buildWithGo } from './go.ts';
import { startLocalServer } from './local-server.ts';
import { type Host, type Server, type Source, startFirst, Unavailable } from './source.ts';

/** As in `jaeger/go.mod`. */
const version = '1.76.0';
const goModule = fileURLToPath(new URL('../../jaeger', import.meta.url));
const cacheKey = `jaeger-${version}`;
const ownConfig = join(goModule, 'config.yaml');

/**
 * Jaeger, which is an OpenTelemetry Collector with a store in memory. `url` is its query API; built
 * from its Go module it has no pages.
 */
export type Jaeger = Server & {
  /** Takes OTLP over HTTP. */
  otlp: string;
  /** Durations of spans for Prometheus, with exemplars. */
  metrics: string;
};

export type JaegerOptions = {
  /** Files of configuration that are merged into the collector's. */
  moreConfig?: readonly string[];
};

/** @throws NoServerError */
export async function startJaeger(host: Host, { moreConfig = [] }: JaegerOptions = {}): Promise<Jaeger> {
  const [otlpPort, metricsPort] = [await freePort(), await freePort()];
  const configs = [ownConfig, ...moreConfig].map((file) => `--config=${file}`);
  const start = async () => {
    const program = await jaegerProgram(host);
    return startLocalServer(host, {
      name: 'jaeger',
      stopSignal: 'TERM',
      env: { ...host.env, OTLP_PORT: String(otlpPort), METRICS_PORT: String(metricsPort) },
      command: (port) => ['/usr/bin/env', `QUERY_PORT=${port}`, program, ...configs],
      url: (port) => `http://127.0.0.1:${port}`,
      ask,
    });
  };
  const sources: Source[] = [{ kind: 'local', name: `${version}, built with Go`, start }];
  const remedy = 'Install Go 1.26 or newer from https://go.dev/dl.';
  const server = await startFirst(host, { what: 'Jaeger', sources, remedy });
  return { ...server, otlp: `http://127.0.0.1:${otlpPort}`, metrics: `http://127.0.0.1:${metricsPort}/metrics` };
}

/** Whether a start is quick: nothing has to be built. */
export function isJaegerBuilt(host: Host): Promise<boolean> {
  return host.cache.has(cacheKey);
}

/** Builds Jaeger, once. @throws Unavailable without Go */
export async function jaegerProgram(host: Host): Promise<string> {
  const folder = await host.cache.folderOf(cacheKey, async (draft) => {
    const go = await findCommand(host.env, 'go');
    if (!go) throw new Unavailable('building Jaeger needs Go on the PATH');
    host.log(`Jaeger: building ${version} with Go, once (up to ten minutes)`);
    const packages = 'github.com/jaegertracing/jaeger/cmd/jaeger';
    const args = ['build', '-trimpath', '-ldflags=-s -w', '-o', `${draft}/`, packages];
    await buildWithGo(host, { name: 'jaeger', go, args, cwd: goModule });
  });
  return join(folder, 'jaeger');
}

async function ask(url: string): Promise<void> {
  const answer = await fetch(`${url}/api/services`);
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`Jaeger at ${url} returns ${answer.status}`);
}
