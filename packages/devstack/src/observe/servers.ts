import {
  isJaegerBuilt as isBuiltHere,
  type Jaeger,
  type JaegerOptions,
  jaegerProgram,
  startJaeger as startJaegerHere,
} from '../servers/jaeger.ts';
import { type HostSettings, openHost, withOwnHost } from '../servers/open-host.ts';
import {
  type Prometheus,
  type PrometheusOptions,
  prometheusPrograms,
  startPrometheus as startPrometheusHere,
} from '../servers/prometheus.ts';
import type { Host } from '../servers/source.ts';

export type ObservabilitySettings = Pick<HostSettings, 'signal'> & Partial<Pick<HostSettings, 'log' | 'env'>>;

/** Starts a Prometheus. @throws NoServerError */
export function startPrometheus(options: ObservabilitySettings & PrometheusOptions = {}): Promise<Prometheus> {
  return withOwnHost(withDefaults(options), (host) => startPrometheusHere(host, options));
}

/** Starts a trace store. @throws NoServerError */
export function startJaeger(options: ObservabilitySettings & JaegerOptions = {}): Promise<Jaeger> {
  return withOwnHost(withDefaults(options), (host) => startJaegerHere(host, options));
}

/** Whether {@link startJaeger} starts at once. Building it takes ten minutes on two cores. */
export async function isJaegerBuilt(settings: ObservabilitySettings = {}): Promise<boolean> {
  const host = await openHost(withDefaults(settings));
  return isBuiltHere(host).finally(() => host.run.close());
}

/** The path of Prometheus's tool for rules. @throws Unavailable without Go */
export function findPromtool(settings: ObservabilitySettings = {}): Promise<string> {
  return find(settings, async (host) => (await prometheusPrograms(host)).promtool);
}

/** The path of Prometheus. @throws Unavailable without Go */
export function findPrometheus(settings: ObservabilitySettings = {}): Promise<string> {
  return find(settings, async (host) => (await prometheusPrograms(host)).prometheus);
}

/** The path of Jaeger, which is a collector too. @throws Unavailable without Go */
export function findJaeger(settings: ObservabilitySettings = {}): Promise<string> {
  return find(settings, jaegerProgram);
}

async function find(settings: ObservabilitySettings, program: (host: Host) => Promise<string>): Promise<string> {
  const host = await openHost(withDefaults(settings));
  return program(host).finally(() => host.run.close());
}

function withDefaults({ log = () => undefined, env = process.env, signal }: ObservabilitySettings): HostSettings {
  return { log, env, ...(signal && { signal }) };
}
