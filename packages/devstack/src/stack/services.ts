import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { natsSignIn } from '../servers/nats-users.ts';

/** The services, in the order in which they are named everywhere. */
export const serviceNames = ['gateway', 'scheduling', 'reminders', 'payouts'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** What is deployed: the services, and the pages through which people work with them. */
export const deployableNames = [...serviceNames, 'console'] as const;
export type DeployableName = (typeof deployableNames)[number];

/** The console is part of a stack only when it was asked for. */
export type ServiceUrls = Record<ServiceName, string> & { console?: string };
export type MetricsUrls = Record<ServiceName | 'streams', string> & { console?: string };

/** What the services of one instance of a stack need to find each other and their servers. */
export type ServiceAddresses = {
  urls: ServiceUrls;
  /** Where each service, and the watch of the streams, serves `/metrics`; undefined when none does. */
  metrics?: MetricsUrls | undefined;
  nats: string;
  postgres: { scheduling: string; payouts: string };
  mongo: string;
  issuer: { issuer: string; audience: string; jwksUrl: string };
};

/** The folder of a service in this checkout. */
export function serviceFolder(name: DeployableName): string {
  return fileURLToPath(new URL(`../../../../services/${name}`, import.meta.url));
}

/**
 * The environment that each service reads through its own `config.ts`; it adds to what the caller's
 * has.
 * @throws RangeError for the console of a stack without one
 */
export function serviceEnvironment(name: DeployableName, addresses: ServiceAddresses): Record<string, string> {
  return { ...commonEnvironment(name, addresses), ...ownEnvironment(name, addresses) };
}

function commonEnvironment(
  name: DeployableName,
  { urls, issuer, nats, metrics }: ServiceAddresses,
): Record<string, string> {
  const { hostname, port } = new URL(urlOf(name, urls));
  const metricsUrl = metrics?.[name];
  return {
    HOST: hostname,
    PORT: port,
    AUTH_JWKS_URL: issuer.jwksUrl,
    AUTH_ISSUER: issuer.issuer,
    AUTH_AUDIENCE: issuer.audience,
    NATS_URL: nats,
    ...signInTo(nats, name),
    OTEL_SERVICE_NAME: name,
    ...(metricsUrl && metricsEnvironment(metricsUrl)),
    // Nothing spreads requests here, so a stop need not wait until it is noticed.
    SHUTDOWN_DRAIN_MS: process.env.SHUTDOWN_DRAIN_MS ?? '0',
  };
}

/** The settings by which `/metrics` is served at this address. */
export function metricsEnvironment(url: string): Record<string, string> {
  const { hostname, port } = new URL(url);
  return { OTEL_EXPORTER_PROMETHEUS_HOST: hostname, OTEL_EXPORTER_PROMETHEUS_PORT: port };
}

/**
 * To the server that the environment names, as the environment says; it need not know our users.
 */
function signInTo(nats: string, name: DeployableName): Record<string, string> {
  if (nats === process.env.PUNCTUAL_NATS_URL) return {};
  const { user, pass } = natsSignIn(name);
  return { NATS_USER: user, NATS_PASSWORD: pass };
}

function urlOf(name: DeployableName, urls: ServiceUrls): string {
  const url = urls[name];
  if (!url) throw new RangeError(`This stack has no ${name}.`);
  return url;
}

function ownEnvironment(
  name: DeployableName,
  { urls, postgres, mongo, issuer }: ServiceAddresses,
): Record<string, string> {
  switch (name) {
    case 'gateway':
      return { SCHEDULING_URL: urls.scheduling, REMINDERS_URL: urls.reminders, PAYOUTS_URL: urls.payouts };
    case 'scheduling':
      return { DATABASE_URL: postgres.scheduling };
    case 'reminders':
      return { MONGO_URL: mongo };
    case 'payouts':
      return { DATABASE_URL: postgres.payouts, PAYMENT_PROVIDER: 'manual' };
    case 'console':
      return {
        PUBLIC_URL: urlOf(name, urls),
        GATEWAY_URL: urls.gateway,
        OIDC_ISSUER: issuer.issuer,
        OIDC_CLIENT_ID: 'console',
        OIDC_CLIENT_SECRET: 'console',
        SESSION_SECRET: randomUUID(),
        SCHEDULING_DATABASE_URL: postgres.scheduling,
        PAYOUTS_DATABASE_URL: postgres.payouts,
      };
  }
}
