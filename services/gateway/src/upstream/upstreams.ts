import { Readable, type Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { SpanKind, trace } from '@opentelemetry/api';
import { inSpan, type Lifecycle, traceHeaders } from '@punctual/chassis';
import type { Endpoint } from '@punctual/contracts';
import { type Dispatcher, Pool } from 'undici';
import type { GatewayConfig } from '../config.ts';
import { busy, isBrokenConnection, isRefusedConnection } from './explain-failure.ts';
import { type Answer, receive } from './receive.ts';

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

const refusedPauseMs = 100;

/**
 * A bounded pool of kept-alive connections to each service, and a bounded queue before it. Nothing is connected before the
 * first request.
 */
export function connectUpstreams(deps: { config: GatewayConfig; lifecycle: Lifecycle }): Upstreams {
  const { SCHEDULING_URL, REMINDERS_URL, PAYOUTS_URL } = deps.config;
  return {
    scheduling: connect(deps, 'scheduling', SCHEDULING_URL),
    reminders: connect(deps, 'reminders', REMINDERS_URL),
    payouts: connect(deps, 'payouts', PAYOUTS_URL),
  };
}

function connect(deps: { config: GatewayConfig; lifecycle: Lifecycle }, name: UpstreamName, url: string): Upstream {
  const { UPSTREAM_CONNECTIONS, UPSTREAM_QUEUE, UPSTREAM_CONNECT_TIMEOUT_MS, UPSTREAM_TIMEOUT_MS } = deps.config;
  const pool = new Pool(new URL(url).origin, {
    connections: UPSTREAM_CONNECTIONS,
    connect: { timeout: UPSTREAM_CONNECT_TIMEOUT_MS },
    headersTimeout: UPSTREAM_TIMEOUT_MS,
    bodyTimeout: UPSTREAM_TIMEOUT_MS,
  });
  deps.lifecycle.onShutdown(`connections to ${name}`, () => pool.destroy());

  const attempt: Upstream = ({ method, path, body = null, client, ...request }) => {
    const attributes = { 'http.request.method': method, 'peer.service': name };
    return inSpan(`${method} ${name}`, { kind: SpanKind.CLIENT, attributes }, async () => {
      const headers = { ...request.headers, ...traceHeaders() };
      const answer = await receive(pool, { method, path, body, headers }, client);
      trace.getActiveSpan()?.setAttribute('http.response.status_code', answer.statusCode);
      return answer;
    });
  };
  return bounded(UPSTREAM_CONNECTIONS + UPSTREAM_QUEUE, repeatedOnce(attempt));
}

/** Lets so many requests be in progress, each until its answer has been read. */
function bounded(most: number, upstream: Upstream): Upstream {
  let inFlight = 0;
  const leave = () => {
    inFlight -= 1;
  };
  return async (request) => {
    if (inFlight >= most) throw busy();
    inFlight += 1;
    try {
      const answer = await upstream(request);
      if (answer.body instanceof Readable) answer.body.once('close', leave);
      else leave();
      return answer;
    } catch (error) {
      leave();
      throw error;
    }
  };
}

/** Sends a request again where that is safe, which it is not for most: they are for the client to repeat, with its key. */
function repeatedOnce(attempt: Upstream): Upstream {
  return async (request) => {
    try {
      return await attempt(request);
    } catch (error) {
      const changesNothing = request.method === 'GET' || request.method === 'HEAD';
      const isKeyed = request.headers['idempotency-key'] !== undefined;
      if (isRefusedConnection(error) && (changesNothing || isKeyed)) await delay(refusedPauseMs);
      else if (!isBrokenConnection(error) || !changesNothing) throw error;
      return attempt(request);
    }
  };
}
