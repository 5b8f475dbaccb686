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
export const Config = z.object({
  ...HttpConfig.shape,
  ...AuthConfig.shape,
  ...BrokerConfig.shape,
  SCHEDULING_URL: serviceOrigins().describe(
    '`http://host:port` of scheduling, several separated by commas. A host name stands for all its addresses.',
  ),
  REMINDERS_URL: serviceOrigins().describe('The same for reminders.'),
  PAYOUTS_URL: serviceOrigins().describe('The same for payouts.'),

  UPSTREAM_CONNECT_TIMEOUT_MS: durationMs({ max: 60_000, default: 1_000 }).describe(
    'How long a service may take to accept a connection.',
  ),
  UPSTREAM_TIMEOUT_MS: durationMs({ max: 600_000, default: 10_000 }).describe(
    'How long a service may take to start its response, and be silent during it.',
  ),
  UPSTREAM_IDLE_MS: durationMs({ max: 60_000, default: 1_500 }).describe(
    "How long a connection may be idle and still be used. Keep it below the services' `SHUTDOWN_DRAIN_MS`.",
  ),
  UPSTREAM_RESOLVE_MS: durationMs({ max: 600_000, default: 5_000 }).describe(
    'How often the host names of services are resolved again.',
  ),
  UPSTREAM_CONNECTIONS: count({ max: 10_000, default: 128 }).describe(
    'Requests that one service answers at a time, all its instances together.',
  ),
  UPSTREAM_REQUESTS_PER_USER: count({ max: 10_000, default: 8 }).describe(
    'How many of them may belong to one user, or to one address without a token.',
  ),
  UPSTREAM_QUEUE: count({ min: 0, max: 100_000, default: 128 }).describe(
    'Further requests that may wait for a free connection.',
  ),

  UPSTREAM_QUEUE_TIMEOUT_MS: durationMs({ max: 600_000, default: 5_000 }).describe(
    'How long a request may wait before it is 504.',
  ),
  MAX_SPOOL_MB: count({ min: 0, max: 1_000_000, default: 512 }).describe(
    'Unread responses kept in temporary files (`TMPDIR`), in MB.',
  ),

  CORS_ORIGINS: httpOrigins().describe(
    'Origins whose pages may call the API: `https://app.example`, several separated by commas.',
  ),
  RATE_LIMIT_PER_USER: count({ max: 1_000_000, default: 100 }).describe('Requests per second with a valid token.'),
  RATE_LIMIT_PER_ADDRESS: count({ max: 1_000_000, default: 20 }).describe(
    'Requests per second and address without one.',
  ),
  RATE_LIMIT_WEBHOOKS: count({ max: 1_000_000, default: 200 }).describe(
    'Requests per second and address to `/webhooks/…`.',
  ),
  TRUST_PROXY: parsed((value) => {
    const trusted = readTrustedProxies(commaSeparated(value));
    if (trusted !== undefined) return trusted;
    throw new Wrong('must be a whole number from 0 to 32, or addresses and networks as 10.0.0.0/8,loopback');
  })
    .default(false)
    .describe('Whose `X-Forwarded-For` is trusted: a number of proxies (up to 32), or their addresses and networks.'),
  RATE_LIMIT_HEALTH: count({ max: 1_000_000, default: 50 }).describe(
    'Requests per second and address to `/healthz/…`.',
  ),
  MAX_CONNECTIONS: count({ max: 1_000_000, default: 10_000 }).describe(
    'Open connections. Beyond it, idle ones are closed for new ones.',
  ),
  MAX_CONNECTIONS_PER_ADDRESS: count({ max: 1_000_000, default: 500 }).describe(
    'The same per address; not for a trusted proxy.',
  ),
  MAX_CONNECTIONS_PER_USER: count({ max: 1_000_000, default: 200 }).describe('The same per user.'),
  MAX_REQUESTS_PER_ADDRESS: count({ max: 1_000_000, default: 200 }).describe(
    'Unfinished requests of an address without a valid token. Half-sent bodies and unread responses count.',
  ),
  MAX_REQUESTS_PER_USER: count({ max: 1_000_000, default: 100 }).describe('Unfinished requests of a user.'),
  MAX_REQUESTS_IN_FLIGHT: count({ max: 1_000_000, default: 1_000 }).describe(
    'Requests that have arrived and are in progress; more are 503. Open change streams do not count.',
  ),
  MAX_EVENT_LOOP_DELAY_MS: durationMs({ max: 60_000, default: 500 }).describe(
    'Mean delay of the event loop in a second; beyond it requests are 503.',
  ),

  MAX_CHANGE_STREAMS: count({ max: 1_000_000, default: 5_000 }).describe('Open change streams; more are 503.'),
  MAX_CHANGE_STREAMS_PER_USER: count({ max: 1_000_000, default: 20 }).describe(
    'Open change streams of one user; more are 429.',
  ),
  CHANGES_RESUME_MINUTES: count({ max: 43_200, default: 60 }).describe(
    'How far back a client may resume a change stream; an older position is 410.',
  ),
  CHANGES_HEARTBEAT_MS: durationMs({ min: 100, max: 15_000, default: 10_000 }).describe(
    'After how much silence a change stream sends a comment line.',
  ),
});
export type Config = z.infer<typeof Config>;
