import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openPrometheusApi, openTraceStore } from '@punctual/pages';
import type { Jaeger } from '../servers/jaeger.ts';
import type { Prometheus, ScrapeTarget } from '../servers/prometheus.ts';
import { startTogether } from '../servers/start-together.ts';
import type { Stack } from '../stack/start-stack.ts';
import { eventually } from '../story/eventually.ts';
import { errorPage, type Route } from './answer.ts';
import { metricRoutes } from './metric-routes.ts';
import { type PageServer, startPageServer } from './page-server.ts';
import { type ObservabilitySettings, startJaeger, startPrometheus } from './servers.ts';
import { traceRoutes } from './trace-routes.ts';

export type Observability = {
  jaeger: Jaeger;
  prometheus: Prometheus;
  /** Shows traces, dashboards and alerts. */
  pages: PageServer;
  /** For the services of the stack that is to be seen. */
  environment: Record<string, string>;
  /** Has the metrics of a stack scraped. Resolves when each process has been scraped once. */
  follow(stack: Pick<Stack, 'metrics'>, options: { watchesStreams: boolean }): Promise<void>;
  stop(): Promise<void>;
};

/**
 * Starts a Prometheus, a trace store and the pages that show them.
 * @throws NoServerError, without Go
 */
export async function startObservability(settings: ObservabilitySettings): Promise<Observability> {
  const [jaeger, prometheus] = await startTogether([
    startJaeger(settings),
    startPrometheus({ ...settings, ruleFiles: [ruleFiles] }),
  ]);
  const api = openPrometheusApi(prometheus.url);
  const pages = await startPageServer([
    { pattern: /^\/$/, answer: () => ({ status: 303, location: '/traces' }) },
    styleRoute,
    ...traceRoutes(openTraceStore(jaeger.url)),
    ...metricRoutes(api),
  ]);
  const stop = async () => {
    await Promise.all([pages.stop(), jaeger.stop(), prometheus.stop()]);
  };
  const follow: Observability['follow'] = async (stack, options) => {
    const targets = [...scrapeTargets(stack, options), { service: 'jaeger', url: jaeger.metrics }];
    await prometheus.scrape(targets);
    // Prometheus applies changed targets every five seconds.
    await eventually(async () => {
      const up = await api.query('count(up == 1)');
      if (up !== targets.length) throw new Error(`Prometheus scrapes ${up} of ${targets.length} processes.`);
    });
  };
  const environment = { ...exportTo(jaeger.otlp), PROMETHEUS_URL: prometheus.url, JAEGER_URL: jaeger.url };
  return { jaeger, prometheus, pages, environment, follow, stop };
}

/** The pages about dashboards and alerts alone, for a stack without a trace store. */
export function startMetricPages({ url }: Pick<Prometheus, 'url'>): Promise<PageServer> {
  const noTraces = errorPage(404, 'No traces', 'This stack has no trace store. Traces need: npm start -- --observe');
  return startPageServer([
    { pattern: /^\/$/, answer: () => ({ status: 303, location: '/alerts' }) },
    { pattern: /^\/traces/, answer: () => noTraces },
    styleRoute,
    ...metricRoutes(openPrometheusApi(url)),
  ]);
}

/** The rules of a deployment, evaluated more often. */
export const ruleFiles = fileURLToPath(new URL('../../../../deploy/prometheus/rules/*.yml', import.meta.url));

const styleRoute: Route = {
  pattern: /^\/style\.css$/,
  answer: async () => ({
    status: 200,
    type: 'text/css; charset=utf-8',
    body: await readFile(new URL('style.css', import.meta.url), 'utf8'),
  }),
};

/** All traces, within a second: a person is waiting for them. */
function exportTo(otlp: string): Record<string, string> {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: otlp,
    OTEL_METRICS_EXPORTER: 'prometheus',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_TRACES_SAMPLER: 'always_on',
    OTEL_BSP_SCHEDULE_DELAY: '500',
  };
}

/** What a Prometheus scrapes of a stack whose processes serve their metrics. */
export function scrapeTargets(
  { metrics }: Pick<Stack, 'metrics'>,
  { watchesStreams }: { watchesStreams: boolean },
): ScrapeTarget[] {
  return metrics
    .flatMap((urls, index) => Object.entries(urls).map(([service, url]) => ({ service, url, index })))
    .filter(({ service, index }) => service !== 'streams' || (watchesStreams && index === 0));
}
