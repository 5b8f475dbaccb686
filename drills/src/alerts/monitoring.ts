import { setTimeout as delay } from 'node:timers/promises';
import { ruleFiles, scrapeTargets, startPrometheus } from '@punctual/devstack';
import { openPrometheusApi } from '@punctual/pages';
import type { DrillStack } from '../stack/drill-stack.ts';
import { quietHours } from './history.ts';

/** A Prometheus with the rules of a deployment, which scrapes an observed stack. */
export type Monitoring = {
  /** Of its API. */
  url: string;
  /** Waits until no alert has been active for a quarter of a minute. @throws with the active ones after the time */
  untilQuiet(withinMs: number): Promise<void>;
  /** Notes from now on when each alert first fires. */
  record(): Recording;
  stop(): Promise<void>;
};

export type Recording = {
  /** Seconds until each alert first fired, in this order. */
  readonly fired: ReadonlyMap<string, number>;
  stop(): Promise<void>;
};

/** A service whose servers do not answer serves its metrics after 5 s. */
const scrapeSeconds = 6;
const pollMs = 500;
const quietMs = 15_000;

/** Starts with six quiet hours behind it. @throws NoServerError, without Go */
export async function startMonitoring(stack: DrillStack): Promise<Monitoring> {
  const history = quietHours(Date.now() / 1_000);
  const prometheus = await startPrometheus({ ruleFiles: [ruleFiles], history, scrapeSeconds });
  const api = openPrometheusApi(prometheus.url);
  const targets = scrapeTargets(stack.processes, { watchesStreams: true });
  await prometheus.scrape(targets);

  const describeUnrest = async () => {
    const up = await api.query('count(up == 1)');
    if (up !== targets.length) return `Prometheus scrapes ${up ?? 0} of ${targets.length} processes`;
    const active = (await api.alerts()).filter(({ state }) => state !== 'inactive');
    return active.length > 0 ? active.map(({ name, state }) => `${name} is ${state}`).join(', ') : undefined;
  };
  return {
    url: prometheus.url,
    untilQuiet: async (withinMs) => {
      const deadline = performance.now() + withinMs;
      for (let quietSince = performance.now(); performance.now() - quietSince < quietMs; await delay(pollMs)) {
        const unrest = await describeUnrest();
        if (unrest !== undefined) quietSince = performance.now();
        if (unrest !== undefined && performance.now() > deadline) throw new Error(unrest);
      }
    },
    record: () => {
      const fired = new Map<string, number>();
      const startedAt = performance.now();
      const stopping = new AbortController();
      const run = async () => {
        while (!stopping.signal.aborted) {
          for (const { name, state } of await api.alerts()) {
            if (state === 'firing' && !fired.has(name)) fired.set(name, (performance.now() - startedAt) / 1_000);
          }
          await delay(pollMs, undefined, { signal: stopping.signal }).catch(() => undefined);
        }
      };
      const running = run();
      // Reported by `stop`.
      running.catch(() => undefined);
      return {
        fired,
        stop: () => {
          stopping.abort();
          return running;
        },
      };
    },
    stop: prometheus.stop,
  };
}
