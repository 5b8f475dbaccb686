import { lookup as systemLookup } from 'node:dns/promises';
import type { Writable } from 'node:stream';
import { SpanKind, trace } from '@opentelemetry/api';
import { inSpan, type Lifecycle, type Logger, traceHeaders } from '@punctual/chassis';
import type { Endpoint } from '@punctual/contracts';
import { type Dispatcher, Pool } from 'undici';
import type { GatewayConfig } from '../config.ts';
import type { Address, Lookup } from './addresses.ts';
import { type Attempt, askInstances } from './ask-instances.ts';
import { bounded } from './bounded.ts';
import { createConnector } from './connector.ts';
import { createInstances } from './instances.ts';
import { type Answer, receive } from './receive.ts';
import { createSpoolFiles, type SpoolFile } from './spool-file.ts';

export type UpstreamName = Exclude<Endpoint['owner'], 'gateway'>;

export type UpstreamRequest = {
  method: Dispatcher.HttpMethod;
  /** With the query; begins with a slash. */
  path: string;
  headers: Record<string, string | string[]>;
  body?: Buffer | undefined;
  /** Whom the answer is for. When it has closed nobody waits for one any more. */
  client: Writable;
};

/** Sends a request to a service; rejects with undici's error when there is no answer, and with `busy` when too many wait. */
export type Upstream = (request: UpstreamRequest) => Promise<Answer>;

export type Upstreams = Readonly<Record<UpstreamName, Upstream>>;

export type UpstreamsDeps = {
  config: GatewayConfig;
  logger: Logger;
  lifecycle: Lifecycle;
  /** The system's unless given. */
  lookup?: Lookup;
};

/**
 * Kept-alive connections to all instances of each service, bounded for the service as a whole, and a bounded queue before them.
 * Nothing is connected before the first request.
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
): Upstream {
  const lookup: Lookup = deps.lookup ?? ((hostname) => systemLookup(hostname, { all: true }));
  const instances = createInstances(
    { ...deps, lookup, open: (address) => openPool(config, address) },
    { service, origins, everyMs: config.UPSTREAM_RESOLVE_MS },
  );

  const attempt: Attempt = ({ pool }, { method, path, body = null, client, ...request }) => {
    const attributes = { 'http.request.method': method, 'peer.service': service };
    return inSpan(`${method} ${service}`, { kind: SpanKind.CLIENT, attributes }, async () => {
      const headers = { ...request.headers, ...traceHeaders() };
      const answer = await receive(pool, { method, path, body, headers }, client, openFile);
      trace.getActiveSpan()?.setAttribute('http.response.status_code', answer.statusCode);
      return answer;
    });
  };
  const bounds = {
    connections: config.UPSTREAM_CONNECTIONS,
    queue: config.UPSTREAM_QUEUE,
    waitMs: config.UPSTREAM_QUEUE_TIMEOUT_MS,
  };
  return bounded(bounds, askInstances(instances, attempt, config.UPSTREAM_CONNECT_TIMEOUT_MS));
}

/**
 * Connections to one address. One that was idle for `UPSTREAM_IDLE_MS` is not used again: a service says on every answer while it
 * drains that it closes the connection, so one that is used at all is never closed under a request.
 */
function openPool(config: GatewayConfig, { origin, resolved }: Address): Pool {
  return new Pool(origin, {
    connections: config.UPSTREAM_CONNECTIONS,
    connect: createConnector(resolved, config.UPSTREAM_CONNECT_TIMEOUT_MS),
    keepAliveTimeout: config.UPSTREAM_IDLE_MS,
    keepAliveMaxTimeout: config.UPSTREAM_IDLE_MS,
    headersTimeout: config.UPSTREAM_TIMEOUT_MS,
    bodyTimeout: config.UPSTREAM_TIMEOUT_MS,
  });
}
