import {
  AuthConfig,
  BrokerConfig,
  commaSeparated,
  count,
  durationMs,
  HttpConfig,
  httpOrigins,
  parsed,
  serviceOrigins,
  Wrong,
} from '@punctual/chassis';
import { z } from 'zod';
import { readTrustedProxies } from './http/trusted-proxies.ts';

/** The environment of the gateway; what it leans on is where the services and the events are. */
export const GatewayConfig = z.object({
  ...HttpConfig.shape,
  ...AuthConfig.shape,
  ...BrokerConfig.shape,
  SCHEDULING_URL: serviceOrigins(),
  REMINDERS_URL: serviceOrigins(),
  PAYOUTS_URL: serviceOrigins(),

  /** How long a service may take to accept a connection. */
  UPSTREAM_CONNECT_TIMEOUT_MS: durationMs({ max: 60_000, default: 1_000 }),
  /** How long a service may take to begin its answer, and be silent while it answers. */
  UPSTREAM_TIMEOUT_MS: durationMs({ max: 600_000, default: 10_000 }),
  /** How long a connection may be idle and still be used; less than the services' `SHUTDOWN_DRAIN_MS`. */
  UPSTREAM_IDLE_MS: durationMs({ max: 60_000, default: 1_500 }),
  /** How often the names of services are looked up again. */
  UPSTREAM_RESOLVE_MS: durationMs({ max: 600_000, default: 5_000 }),
  /** How many requests one service answers at a time, each on a connection of its own. */
  UPSTREAM_CONNECTIONS: count({ max: 10_000, default: 128 }),
  /** How many more may wait for one of these connections. */
  UPSTREAM_QUEUE: count({ min: 0, max: 100_000, default: 128 }),

  /** How long a request may wait for one. */
  UPSTREAM_QUEUE_TIMEOUT_MS: durationMs({ max: 600_000, default: 5_000 }),
  /** How much of the answers that clients have not read yet may be kept on disk. */
  MAX_SPOOL_MB: count({ min: 0, max: 1_000_000, default: 512 }),

  /** Origins whose pages may call the API, as `https://app.example,https://ops.example`; none by default. */
  CORS_ORIGINS: httpOrigins(),
  /** Requests a second. */
  RATE_LIMIT_PER_USER: count({ max: 1_000_000, default: 100 }),
  /** Requests a second without a valid token. */
  RATE_LIMIT_PER_ADDRESS: count({ max: 1_000_000, default: 20 }),
  /** Requests a second to `/webhooks/…` by an address: a payment provider tells of many payments at once. */
  RATE_LIMIT_WEBHOOKS: count({ max: 1_000_000, default: 200 }),
  /** Whose `X-Forwarded-For` is believed: a number of proxies before the gateway, or their addresses and networks; nobody's by default. */
  TRUST_PROXY: parsed((value) => {
    const trusted = readTrustedProxies(commaSeparated(value));
    if (trusted !== undefined) return trusted;
    throw new Wrong('must be a whole number from 0 to 32, or addresses and networks as 10.0.0.0/8,loopback');
  }).default(false),
  /** Requests a second for the health of the gateway, by an address. */
  RATE_LIMIT_HEALTH: count({ max: 1_000_000, default: 50 }),
  /** Open connections, beyond which idle ones are closed for new ones: all, of an address, of a user. */
  MAX_CONNECTIONS: count({ max: 1_000_000, default: 10_000 }),
  MAX_CONNECTIONS_PER_ADDRESS: count({ max: 1_000_000, default: 500 }),
  MAX_CONNECTIONS_PER_USER: count({ max: 1_000_000, default: 200 }),
  /** Requests in progress, from the end of their headers until the answer has left: of an address without a valid token, of a user. */
  MAX_REQUESTS_PER_ADDRESS: count({ max: 1_000_000, default: 200 }),
  MAX_REQUESTS_PER_USER: count({ max: 1_000_000, default: 100 }),
  /** Requests that have arrived and are in progress, beyond which more are turned away. Open streams of changes do not count. */
  MAX_REQUESTS_IN_FLIGHT: count({ max: 1_000_000, default: 1_000 }),
  /** The mean delay of the event loop in a second, beyond which requests are turned away. */
  MAX_EVENT_LOOP_DELAY_MS: durationMs({ max: 60_000, default: 500 }),

  /** Open streams of changes, beyond which more are turned away. */
  MAX_CHANGE_STREAMS: count({ max: 1_000_000, default: 5_000 }),
  /** Of which one user may have so many. */
  MAX_CHANGE_STREAMS_PER_USER: count({ max: 1_000_000, default: 20 }),
  /** How far back a client may resume a stream of changes; an older position is a 410. */
  CHANGES_RESUME_MINUTES: count({ max: 43_200, default: 60 }),
  /** After how much silence a stream of changes says that it is alive; the contract promises 15 s. */
  CHANGES_HEARTBEAT_MS: durationMs({ min: 100, max: 15_000, default: 10_000 }),
});
export type GatewayConfig = z.infer<typeof GatewayConfig>;
