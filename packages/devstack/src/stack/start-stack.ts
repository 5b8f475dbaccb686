import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createDatabase } from '../create-database.ts';
import { type Issuer, startIssuer } from '../issuer.ts';
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

export type StackOptions = {
  servers: { postgres: { url: string }; nats: { url: string }; mongo: { url: string } };
  /** 0 (the default): any free one. */
  gatewayPort?: number;
  /** How many of each service run at once; each gateway forwards to the services of its own instance. */
  instances?: number;
  /** Told to every service, over what the caller's own environment says. */
  environment?: Readonly<Record<string, string>>;
  /** Ends the names of the databases, where several stacks share the servers. */
  databaseSuffix?: string;
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
  readonly issuer: Issuer;
  service(name: ServiceName, instance?: number): ServiceProcess;
  stop(): Promise<void>;
};

type Instance = { addresses: ServiceAddresses; services: Record<ServiceName, ServiceProcess> };

/**
 * The whole product as its users meet it: an issuer of tokens, two databases, and every service as a process of its own.
 * @throws PortTakenError, ServiceStartError; what was started until then is stopped
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const firstPort = await gatewayPort(options.gatewayPort ?? 0);
  const issuer = await startIssuer();
  const instances: Instance[] = [];
  let isUp = false;

  const stop = async () => {
    isUp = false;
    await options.stackFile?.remove();
    await Promise.all(instances.flatMap(({ services }) => Object.values(services)).map((service) => service.stop()));
    await issuer.stop();
  };
  const onChange = () => {
    const [first] = instances;
    if (isUp && first) void options.stackFile?.write(describe(first));
  };

  try {
    const shared = await prepare(options, issuer);
    for (let index = 0; index < (options.instances ?? 1); index += 1) {
      const urls = await serviceUrls(index === 0 ? firstPort : await freePort());
      instances.push(
        createInstance(options, { ...shared, urls }, { suffix: index === 0 ? '' : `-${index + 1}`, onChange }),
      );
    }
    await startAll(instances, options.signal);
    isUp = true;
    onChange();
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
    issuer,
    service: (name, index = 0) => instance(index).services[name],
    stop,
  };
}

async function prepare(
  { servers, databaseSuffix = '', logDir }: StackOptions,
  issuer: Issuer,
): Promise<Omit<ServiceAddresses, 'urls'>> {
  await rm(logDir, { recursive: true, force: true });
  await mkdir(logDir, { recursive: true });
  const mongo = new URL(servers.mongo.url);
  mongo.pathname = `/reminders${databaseSuffix}`;
  return {
    nats: servers.nats.url,
    postgres: {
      scheduling: await createDatabase(servers.postgres.url, `scheduling${databaseSuffix}`),
      payouts: await createDatabase(servers.postgres.url, `payouts${databaseSuffix}`),
    },
    mongo: mongo.href,
    issuer,
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

function createInstance(
  options: StackOptions,
  addresses: ServiceAddresses,
  { suffix, onChange }: { suffix: string; onChange: () => void },
): Instance {
  const create = (name: ServiceName) =>
    createServiceProcess({
      name,
      folder: serviceFolder(name),
      url: addresses.urls[name],
      environment: { ...process.env, ...serviceEnvironment(name, addresses), ...options.environment },
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

function describe({ addresses, services }: Instance): StackDescription {
  const { urls, nats, postgres, mongo, issuer } = addresses;
  const pids = Object.fromEntries(Object.values(services).map((service) => [service.name, service.pid()]));
  return {
    ...urls,
    nats,
    postgres,
    mongo,
    issuer: issuer.issuer,
    jwks: issuer.jwksUrl,
    paymentProvider: 'manual',
    pids,
  };
}
