import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findCommand, run as runToEnd } from './commands.ts';
import { buildWithGo } from './go.ts';
import { startLocalServer } from './local-server.ts';
import { type Host, type Server, type Source, startFirst, Unavailable } from './source.ts';

/** As in `prometheus/go.mod`; Prometheus numbers its module v0.316.0. */
const version = '3.16.0';
const goModule = fileURLToPath(new URL('../../prometheus', import.meta.url));

export type PrometheusPrograms = { prometheus: string; promtool: string };

/** A Prometheus without its web UI: only the API. */
export type Prometheus = Server & {
  /** Replaces what it scrapes, within a second. */
  scrape(targets: readonly ScrapeTarget[]): Promise<void>;
};

/** The URL of `/metrics` of a process; the label `job` of its series is the name of its service. */
export type ScrapeTarget = { service: string; url: string };

export type PrometheusOptions = {
  /** Files of recording and alerting rules; a path may contain `*`. */
  ruleFiles?: readonly string[];
  /** Samples from before its start: OpenMetrics text with a time in seconds on each line. */
  history?: string;
  /**
   * How often it scrapes, and how long a scrape may take; 2 when left out. A service whose servers do
   * not answer takes 5 s.
   */
  scrapeSeconds?: number;
};

/** @throws NoServerError */
export async function startPrometheus(
  host: Host,
  { ruleFiles = [], history, scrapeSeconds = 2 }: PrometheusOptions = {},
): Promise<Prometheus> {
  const folder = join(host.run.folder, 'prometheus');
  const targets = join(folder, 'targets.json');
  await mkdir(folder);
  const scrape = (wanted: readonly ScrapeTarget[]) => writeFile(targets, JSON.stringify(wanted.map(toTargetGroup)));
  await scrape([]);
  // YAML contains JSON.
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(configure({ targets, ruleFiles, scrapeSeconds })));
  const start = async () => {
    const programs = await prometheusPrograms(host);
    if (history !== undefined) await importHistory(host, { folder, programs, history });
    return run(host, folder, programs);
  };
  const sources: Source[] = [{ kind: 'local', name: `${version}, built with Go`, start }];
  const server = await startFirst(host, { what: 'Prometheus', sources, remedy });
  return { ...server, scrape };
}

async function importHistory(
  { signal }: Host,
  { folder, programs, history }: { folder: string; programs: PrometheusPrograms; history: string },
): Promise<void> {
  const file = join(folder, 'history.txt');
  await writeFile(file, history);
  await runToEnd({
    command: [programs.promtool, 'tsdb', 'create-blocks-from', 'openmetrics', file, join(folder, 'data')],
    logFile: join(folder, 'history.log'),
    signal,
  });
}

const remedy = 'Install Go 1.26 or newer from https://go.dev/dl.';

function run(host: Host, folder: string, { prometheus }: PrometheusPrograms): Promise<Server> {
  return startLocalServer(host, {
    name: 'prometheus',
    stopSignal: 'TERM',
    command: (port) => [
      prometheus,
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--enable-feature=exemplar-storage',
      '--log.level=warn',
    ],
    url: (port) => `http://127.0.0.1:${port}`,
    ask,
  });
}

/** Builds Prometheus and promtool, once. @throws Unavailable without Go */
export async function prometheusPrograms(host: Host): Promise<PrometheusPrograms> {
  const folder = await host.cache.folderOf(`prometheus-${version}-dns`, async (draft) => {
    const go = await findCommand(host.env, 'go');
    if (!go) throw new Unavailable('building Prometheus needs Go on the PATH');
    host.log(`Prometheus: building ${version} with Go, once (a few minutes)`);
    const packages = ['prometheus', 'promtool'].map((name) => `github.com/prometheus/prometheus/cmd/${name}`);
    // Without the discovery of twenty clouds it builds in half the time. The compose file's needs DNS.
    const tags = '-tags=remove_all_sd,enable_dns_sd';
    const args = ['build', '-trimpath', tags, '-ldflags=-s -w', '-o', `${draft}/`, ...packages];
    await buildWithGo(host, { name: 'prometheus', go, args, cwd: goModule });
  });
  return { prometheus: join(folder, 'prometheus'), promtool: join(folder, 'promtool') };
}

function configure({
  targets,
  ruleFiles,
  scrapeSeconds,
}: { targets: string } & Required<Omit<PrometheusOptions, 'history'>>): object {
  const scrapes = `${scrapeSeconds}s`;
  return {
    global: { scrape_interval: scrapes, scrape_timeout: scrapes, evaluation_interval: '5s' },
    rule_files: ruleFiles,
    scrape_configs: [
      { job_name: 'services', honor_labels: true, file_sd_configs: [{ files: [targets], refresh_interval: '1s' }] },
    ],
  };
}

function toTargetGroup({ service, url }: ScrapeTarget): object {
  const { host, pathname } = new URL(url);
  return { targets: [host], labels: { job: service, __metrics_path__: pathname } };
}

async function ask(url: string): Promise<void> {
  const answer = await fetch(`${url}/-/ready`);
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`Prometheus at ${url} returns ${answer.status}`);
}
