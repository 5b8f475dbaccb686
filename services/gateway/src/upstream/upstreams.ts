import { lookup as systemLookup } from 'node:dns/promises';
import { SpanKind, trace } from '@opentelemetry/api';
import { inSpan, type Lifecycle, type Logger, traceHeaders } from '@punctual/chassis';
import type { Endpoint } from '@punctual/contracts';
import { Pool } from 'undici';
import type { Config } from '../config.ts';
import type { Address, Lookup } from './addresses.ts';
import { createConnector } from './connector.ts';
import { createInstances } from './instances.ts';
import { receive } from './receive.ts';
import { createSend, type Send, type SendOptions } from './send.ts';
import { createSpoolFiles, type SpoolFile } from './spool-file.ts';
import { createTurns } from './turns.ts';

export type UpstreamName = Exclude<Endpoint['owner'], 'gateway'>;

export type Upstreams = Readonly<Record<UpstreamName, Send>>;

export type UpstreamsDeps = {
  config: Config;
  logger: Logger;
  lifecycle: Lifecycle;
  /** The system's unless given. */
  lookup?: Lookup;
};

/**
 * Keeps connections to all instances of each service, bounded for the service as a whole, with a
 * bounded queue in front of them. Connects on the first request.
 */
export function connectUpstreams({ config, logger, ...rest }: UpstreamsDeps): Upstreams {
  const { SCHEDULING_URL, REMINDERS_URL, PAYOUTS_URL } = config;
  const openFile = createSpoolFiles({ logger, maxBytes: config.MAX_SPOOL_MB * 1024 * 1024 });
  const deps = { config, logger, ...rest, openFile };
  return {
    scheduling: connect(deps, 'scheduling', SCHEDULING_URL),
    reminders: connect(deps, 'reminders', REMINDERS_URL),
    payouts: connect(deps, 'payouts', PAYOUTS_URL),
  };
}

function connect(
  { config, openFile, ...deps }: UpstreamsDeps & { openFile: () => SpoolFile },
  service: UpstreamName,
  origins: readonly string[],
): Send {
  const lookup: Lookup = deps.lookup ?? ((hostname) => systemLookup(hostname, { all: true }));
  const instances = createInstances(
    { ...deps, lookup, open: (address) => openPool(config, address) },
    { service, origins, everyMs: config.UPSTREAM_RESOLVE_MS },
  );

  const sendTo: SendOptions['sendTo'] = ({ pool }, { method, path, body = null, client, ...request }) => {
    const attributes = { 'http.request.method': method, 'peer.service': service };
    return inSpan(`${method} ${service}`, { kind: SpanKind.CLIENT, attributes }, async () => {
      const headers = { ...request.headers, ...traceHeaders() };
      const response = await receive(pool, { method, path, body, headers }, client, openFile);
      trace.getActiveSpan()?.setAttribute('http.response.status_code', response.statusCode);
      return response;
    });
  };
  const takeTurn = createTurns({
    connections: config.UPSTREAM_CONNECTIONS,
    perSender: config.UPSTREAM_REQUESTS_PER_USER,
    queue: config.UPSTREAM_QUEUE,
    waitMs: config.UPSTREAM_QUEUE_TIMEOUT_MS,
  });
  return createSend({ takeTurn, instances, sendTo, connectTimeoutMs: config.UPSTREAM_CONNECT_TIMEOUT_MS });
}

/**
 * Opens the connections to one address. One that was idle for `UPSTREAM_IDLE_MS` is not reused. A
 * draining service announces on every response that it closes the connection, so it never closes
 * one under a request.
 */
function openPool(config: Config, { origin, resolved }: Address): Pool {
  return new Pool(origin, {
    connections: config.UPSTREAM_CONNECTIONS,
    connect: createConnector(resolved, config.UPSTREAM_CONNECT_TIMEOUT_MS),
    keepAliveTimeout: config.UPSTREAM_IDLE_MS,
    keepAliveMaxTimeout: config.UPSTREAM_IDLE_MS,
    headersTimeout: config.UPSTREAM_TIMEOUT_MS,
    bodyTimeout: config.UPSTREAM_TIMEOUT_MS,
  });
}
