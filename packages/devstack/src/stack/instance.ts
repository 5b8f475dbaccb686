import { join } from 'node:path';
import { freePort } from '../servers/free-port.ts';
import { createServiceProcess, type ServiceProcess } from './service-process.ts';
import {
  type DeployableName,
  type MetricsUrls,
  type ServiceAddresses,
  type ServiceName,
  type ServiceUrls,
  serviceEnvironment,
} from './services.ts';
import type { StackDescription } from './stack-file.ts';

/** One process of every service, which know each other's addresses. */
export type StackInstance = {
  addresses: ServiceAddresses;
  services: Record<ServiceName, ServiceProcess> & { console?: ServiceProcess };
};

export type InstanceOptions = {
  /** Follows the name of each log file. */
  suffix: string;
  /** The gateway's upstreams, if they are not those of this instance. */
  upstreams: Readonly<Record<string, string>>;
  environment: Readonly<Record<string, string>> | undefined;
  folder: (name: DeployableName) => string;
  logDir: string;
  onChange: () => void;
};

/** Addresses for one instance of every service, on free ports, and for a console if there is to be one. */
export async function chooseUrls(gateway: number, hasConsole: boolean): Promise<ServiceUrls> {
  const url = (port: number) => `http://127.0.0.1:${port}`;
  return {
    gateway: url(gateway),
    scheduling: url(await freePort()),
    reminders: url(await freePort()),
    payouts: url(await freePort()),
    ...(hasConsole && { console: url(await freePort()) }),
  };
}

/** Free addresses for `/metrics`, if `OTEL_METRICS_EXPORTER` wants them served. */
export async function chooseMetrics(
  exporters: string | undefined,
  hasConsole: boolean,
): Promise<MetricsUrls | undefined> {
  if (!exporters?.includes('prometheus')) return undefined;
  const url = async () => `http://127.0.0.1:${await freePort()}/metrics`;
  return {
    gateway: await url(),
    scheduling: await url(),
    reminders: await url(),
    payouts: await url(),
    streams: await url(),
    ...(hasConsole && { console: await url() }),
  };
}

/** The environment of a gateway that forwards to all of these instances. */
export function upstreamsOf(instances: readonly Record<ServiceName, string>[]): Record<string, string> {
  const urls = (name: ServiceName) => instances.map((each) => each[name]).join(',');
  return { SCHEDULING_URL: urls('scheduling'), REMINDERS_URL: urls('reminders'), PAYOUTS_URL: urls('payouts') };
}

export function createInstance(
  addresses: ServiceAddresses,
  { suffix, upstreams, environment, folder, logDir, onChange }: InstanceOptions,
): StackInstance {
  const create = (name: DeployableName, url: string) =>
    createServiceProcess({
      name,
      folder: () => folder(name),
      url,
      environment: {
        ...process.env,
        ...serviceEnvironment(name, addresses),
        ...(name === 'gateway' && upstreams),
        ...environment,
      },
      logFile: join(logDir, `${name}${suffix}.log`),
      onChange,
    });
  const { urls } = addresses;
  return {
    addresses,
    services: {
      gateway: create('gateway', urls.gateway),
      scheduling: create('scheduling', urls.scheduling),
      reminders: create('reminders', urls.reminders),
      payouts: create('payouts', urls.payouts),
      ...(urls.console && { console: create('console', urls.console) }),
    },
  };
}

/** What the stack file says of an instance. */
export function describeInstance(
  { addresses, services }: StackInstance,
  environment: Readonly<Record<string, string>> | undefined,
): StackDescription {
  const { urls, metrics, nats, postgres, mongo, issuer } = addresses;
  const pids = Object.fromEntries(Object.values(services).map((service) => [service.name, service.pid()]));
  return {
    ...urls,
    ...(metrics && { metrics }),
    nats,
    postgres,
    mongo,
    issuer: issuer.issuer,
    jwks: issuer.jwksUrl,
    paymentProvider: environment?.PAYMENT_PROVIDER === 'stripe' ? 'stripe' : 'manual',
    pids,
  };
}
