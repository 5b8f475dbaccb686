import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Issuer } from '../issuer.ts';
import type { SupervisedProcess } from '../servers/supervised-process.ts';
import { freePort, gatewayPort } from './ports.ts';
import { createServiceProcess, type ServiceProcess } from './service-process.ts';
import {
  type ServiceAddresses,
  type ServiceName,
  serviceEnvironment,
  serviceFolder,
  serviceNames,
} from './services.ts';
import type { StackDescription, StackFile } from './stack-file.ts';
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
  /** Each gateway forwards to all instances of a service; without it, to those of its own number. */
  spread?: boolean;
  /** Declares lost streams again, as a deployment does; without it they are only declared at the start. */
  watchStreams?: boolean;
  /** Told to every service, over what the caller's own environment says. */
  environment?: Readonly<Record<string, string>>;
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
  service(name: ServiceName, instance?: number): ServiceProcess;
  stop(): Promise<void>;
};

type Instance = { addresses: ServiceAddresses; services: Record<ServiceName, ServiceProcess> };

/**
 * The product as its users meet it: every service as a process of its own, under supervision.
 * @throws PortTakenError, ServiceStartError; what was started until then is stopped
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const firstPort = await gatewayPort(options.gatewayPort ?? 0);
  const instances: Instance[] = [];
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
    if (isUp && first) await file?.write(describe(first, options.environment));
  };
  // A file that cannot be written now is no reason to end the stack; the next change writes it again.
  const onChange = () => void describeIn(options.stackFile).catch(() => undefined);

  try {
    const { nats, mongo, issuer, databases: postgres } = options;
    await rm(options.logDir, { recursive: true, force: true });
    const all = [await serviceUrls(firstPort)];
    while (all.length < (options.instances ?? 1)) all.push(await serviceUrls(await freePort()));
    for (const [index, urls] of all.entries()) {
      const suffix = index === 0 ? '' : `-${index + 1}`;
      const upstreams = options.spread ? upstreamsOf(all) : {};
      const addresses = { nats, mongo, issuer, postgres, urls };
      instances.push(createInstance(options, addresses, { suffix, upstreams, onChange }));
    }
    await applyStreams(nats);
    if (options.watchStreams) {
      await mkdir(options.logDir, { recursive: true });
      watch = await watchStreams(nats, { databases: postgres, logFile: join(options.logDir, 'streams.log') });
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
    if (!found) throw new RangeError(`This stack has ${instances.length} instance(s) of each service.`);
    return found;
  };
  return {
    addresses: instance(0).addresses,
    service: (name, index = 0) => instance(index).services[name],
    stop,
  };
}

async function serviceUrls(gateway: number): Promise<Record<ServiceName, string>> {
  const url = (port: number) => `http://127.0.0.1:${port}`;
  return {
    gateway: url(gateway),
    scheduling: url(await freePort()),
    reminders: url(await freePort()),
    payouts: url(await freePort()),
  };
}

/** What a gateway reads that forwards to all of these. */
function upstreamsOf(instances: readonly Record<ServiceName, string>[]): Record<string, string> {
  const urls = (name: ServiceName) => instances.map((each) => each[name]).join(',');
  return { SCHEDULING_URL: urls('scheduling'), REMINDERS_URL: urls('reminders'), PAYOUTS_URL: urls('payouts') };
}

type InstanceOptions = { suffix: string; upstreams: Readonly<Record<string, string>>; onChange: () => void };

function createInstance(
  options: StackOptions,
  addresses: ServiceAddresses,
  { suffix, upstreams, onChange }: InstanceOptions,
): Instance {
  const create = (name: ServiceName) =>
    createServiceProcess({
      name,
      folder: serviceFolder(name),
      url: addresses.urls[name],
      environment: {
        ...process.env,
        ...serviceEnvironment(name, addresses),
        ...(name === 'gateway' && upstreams),
        ...options.environment,
      },
      logFile: join(options.logDir, `${name}${suffix}.log`),
      onChange,
    });
  return {
    addresses,
    services: {
      gateway: create('gateway'),
      scheduling: create('scheduling'),
      reminders: create('reminders'),
      payouts: create('payouts'),
    },
  };
}

/** All at once: none needs another to become ready. */
async function startAll(instances: Instance[], signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const services = instances.flatMap((instance) => serviceNames.map((name) => instance.services[name]));
  const stopAll = () => void Promise.all(services.map((service) => service.stop()));
  signal?.addEventListener('abort', stopAll, { once: true });
  try {
    await Promise.all(services.map((service) => service.start()));
  } finally {
    signal?.removeEventListener('abort', stopAll);
  }
}

function describe({ addresses, services }: Instance, told: StackOptions['environment']): StackDescription {
  const { urls, nats, postgres, mongo, issuer } = addresses;
  const pids = Object.fromEntries(Object.values(services).map((service) => [service.name, service.pid()]));
  return {
    ...urls,
    nats,
    postgres,
    mongo,
    issuer: issuer.issuer,
    jwks: issuer.jwksUrl,
    paymentProvider: told?.PAYMENT_PROVIDER === 'stripe' ? 'stripe' : 'manual',
    pids,
  };
}
