import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Issuer } from '../issuer.ts';
import type { SupervisedProcess } from '../servers/supervised-process.ts';
import { gatewayPort } from './gateway-port.ts';
import {
  chooseMetrics,
  chooseUrls,
  createInstance,
  describeInstance,
  type StackInstance,
  upstreamsOf,
} from './instance.ts';
import type { ServiceProcess } from './service-process.ts';
import {
  type DeployableName,
  type MetricsUrls,
  type ServiceAddresses,
  type ServiceName,
  serviceFolder,
} from './services.ts';
import type { StackFile } from './stack-file.ts';
import { applyStreams, watchStreams } from './streams.ts';

export type StackOptions = {
  /** Empty ones, or those of an earlier start. */
  databases: { scheduling: string; payouts: string };
  nats: string;
  mongo: string;
  issuer: Issuer;
  /** 0 (the default): any free one. */
  gatewayPort?: number;
  /** How many of each service run at once. */
  instances?: number;
  /**
   * Each gateway forwards to all instances of a service; otherwise only to those with its own
   * number.
   */
  spread?: boolean;
  /**
   * Declares lost streams again, as a deployment does; without it they are only declared at the
   * start.
   */
  watchStreams?: boolean;
  /** Also starts the console of this checkout, in front of the first instance. */
  console?: boolean;
  /** Set for every service; overrides the caller's own environment. */
  environment?: Readonly<Record<string, string>>;
  /**
   * The folder of a service's code, asked before each start of a process; this checkout's when left
   * out. Another answer than before makes the next start an upgrade or a roll-back.
   */
  folder?: (name: ServiceName, instance: number) => string;
  /** Emptied at the start; gets `<service>.log`. */
  logDir: string;
  /** Kept while the stack is up, removed before it stops. */
  stackFile?: StackFile;
  /** Gives up a start that is under way. */
  signal?: AbortSignal;
};

export type Stack = {
  /** Of the first instance. */
  readonly addresses: ServiceAddresses;
  /** Where each instance serves `/metrics`, if it does; the watch of the streams belongs to the first. */
  readonly metrics: readonly MetricsUrls[];
  service(name: DeployableName, instance?: number): ServiceProcess;
  stop(): Promise<void>;
};

/**
 * Starts the whole product: every service as a separate, supervised process.
 * @throws PortTakenError, ServiceStartError; what was started until then is stopped
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const firstPort = await gatewayPort(options.gatewayPort ?? 0);
  const instances: StackInstance[] = [];
  let watch: SupervisedProcess | undefined;
  let isUp = false;

  const stop = async () => {
    isUp = false;
    await options.stackFile?.remove();
    await Promise.all(instances.flatMap(({ services }) => Object.values(services)).map((service) => service.stop()));
    await watch?.stop();
  };
  const describeIn = async (file: StackFile | undefined) => {
    const [first] = instances;
    if (isUp && first) await file?.write(describeInstance(first, options.environment));
  };
  // A file that cannot be written now is no reason to end the stack; the next change writes it
  // again.
  const onChange = () => void describeIn(options.stackFile).catch(() => undefined);

  try {
    const { nats, mongo, issuer, databases: postgres } = options;
    await rm(options.logDir, { recursive: true, force: true });
    const all = [await chooseUrls(firstPort, options.console ?? false)];
    while (all.length < (options.instances ?? 1)) all.push(await chooseUrls(await gatewayPort(0), false));
    for (const [index, urls] of all.entries()) {
      const suffix = index === 0 ? '' : `-${index + 1}`;
      const upstreams = options.spread ? upstreamsOf(all) : {};
      const { environment, logDir } = options;
      const exporters = environment?.OTEL_METRICS_EXPORTER ?? process.env.OTEL_METRICS_EXPORTER;
      const metrics = await chooseMetrics(exporters, urls.console !== undefined);
      const addresses = { nats, mongo, issuer, postgres, urls, metrics };
      const folder = (name: DeployableName) =>
        (name !== 'console' && options.folder?.(name, index)) || serviceFolder(name);
      instances.push(createInstance(addresses, { suffix, upstreams, environment, folder, logDir, onChange }));
    }
    await applyStreams(nats, options.environment);
    if (options.watchStreams) {
      await mkdir(options.logDir, { recursive: true });
      watch = await watchStreams(nats, {
        metrics: instances[0]?.addresses.metrics?.streams,
        environment: options.environment,
        logFile: join(options.logDir, 'streams.log'),
      });
    }
    await startAll(instances, options.signal);
    isUp = true;
    await describeIn(options.stackFile);
  } catch (error) {
    await stop();
    throw error;
  }

  const instance = (index: number) => {
    const found = instances[index];
    if (!found) throw new RangeError(`This stack has only ${instances.length} of each service.`);
    return found;
  };
  return {
    addresses: instance(0).addresses,
    metrics: instances.flatMap(({ addresses }) => addresses.metrics ?? []),
    service: (name, index = 0) => {
      const service = instance(index).services[name];
      if (!service) throw new RangeError(`This stack has no ${name}.`);
      return service;
    },
    stop,
  };
}

/** All at once: none needs another to become ready. */
async function startAll(instances: StackInstance[], signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const services = instances.flatMap((instance) => Object.values(instance.services));
  const stopAll = () => void Promise.all(services.map((service) => service.stop()));
  signal?.addEventListener('abort', stopAll, { once: true });
  try {
    await Promise.all(services.map((service) => service.start()));
  } finally {
    signal?.removeEventListener('abort', stopAll);
  }
}
