import {
  isJaegerBuilt as isBuiltHere,
  type Jaeger,
  type JaegerOptions,
  startJaeger as startJaegerHere,
} from '../servers/jaeger.ts';
import { type HostSettings, openHost, withOwnHost } from '../servers/open-host.ts';
import {
  type Prometheus,
  type PrometheusOptions,
  prometheusPrograms,
  startPrometheus as startPrometheusHere,
} from '../servers/prometheus.ts';

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
export async function findPromtool(settings: ObservabilitySettings = {}): Promise<string> {
  const host = await openHost(withDefaults(settings));
  return prometheusPrograms(host)
    .then(({ promtool }) => promtool)
    .finally(() => host.run.close());
}

function withDefaults({ log = () => undefined, env = process.env, signal }: ObservabilitySettings): HostSettings {
  return { log, env, ...(signal && { signal }) };
}
