import { fileURLToPath } from 'node:url';
import { natsSignIn } from '../servers/nats-users.ts';

/** The services, in the order in which they are named everywhere. */
export const serviceNames = ['gateway', 'scheduling', 'reminders', 'payouts'] as const;
export type ServiceName = (typeof serviceNames)[number];

export type MetricsUrls = Record<ServiceName | 'streams', string>;

/** What the services of one instance of a stack need to find each other and their servers. */
export type ServiceAddresses = {
  urls: Record<ServiceName, string>;
  /** Where each service, and the watch of the streams, serves `/metrics`; undefined when none does. */
  metrics?: MetricsUrls | undefined;
  nats: string;
  postgres: { scheduling: string; payouts: string };
  mongo: string;
  issuer: { issuer: string; audience: string; jwksUrl: string };
};

/** The folder of a service in this checkout. */
export function serviceFolder(name: ServiceName): string {
  return fileURLToPath(new URL(`../../../../services/${name}`, import.meta.url));
}

/**
 * The environment that each service reads through its own `config.ts`; it adds to what the caller's
 * has.
 */
export function serviceEnvironment(name: ServiceName, addresses: ServiceAddresses): Record<string, string> {
  return { ...commonEnvironment(name, addresses), ...ownEnvironment(name, addresses) };
}

function commonEnvironment(
  name: ServiceName,
  { urls, issuer, nats, metrics }: ServiceAddresses,
): Record<string, string> {
  const { hostname, port } = new URL(urls[name]);
  return {
    HOST: hostname,
    PORT: port,
    AUTH_JWKS_URL: issuer.jwksUrl,
    AUTH_ISSUER: issuer.issuer,
    AUTH_AUDIENCE: issuer.audience,
    NATS_URL: nats,
    ...signInTo(nats, name),
    OTEL_SERVICE_NAME: name,
    ...(metrics && metricsEnvironment(metrics[name])),
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
function signInTo(nats: string, name: ServiceName): Record<string, string> {
  if (nats === process.env.PUNCTUAL_NATS_URL) return {};
  const { user, pass } = natsSignIn(name);
  return { NATS_USER: user, NATS_PASSWORD: pass };
}

function ownEnvironment(name: ServiceName, { urls, postgres, mongo }: ServiceAddresses): Record<string, string> {
  switch (name) {
    case 'gateway':
      return { SCHEDULING_URL: urls.scheduling, REMINDERS_URL: urls.reminders, PAYOUTS_URL: urls.payouts };
    case 'scheduling':
      return { DATABASE_URL: postgres.scheduling };
    case 'reminders':
      return { MONGO_URL: mongo };
    case 'payouts':
      return { DATABASE_URL: postgres.payouts, PAYMENT_PROVIDER: 'manual' };
  }
}
