import { SpanKind, trace } from '@opentelemetry/api';
import { inSpan, type Lifecycle, traceHeaders } from '@punctual/chassis';
import type { Endpoint } from '@punctual/contracts';
import { type Dispatcher, Pool } from 'undici';
import type { GatewayConfig } from '../config.ts';
import { isBrokenConnection } from './explain-failure.ts';

export type UpstreamName = Exclude<Endpoint['owner'], 'gateway'>;

export type UpstreamRequest = {
  method: Dispatcher.HttpMethod;
  /** With the query; begins with a slash. */
  path: string;
  headers: Record<string, string | string[]>;
  body?: Buffer | undefined;
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
};

export type Answer = Pick<Dispatcher.ResponseData, 'statusCode' | 'headers' | 'body'>;

/** Sends a request to a service; rejects with undici's error when there is no answer. */
export type Upstream = (request: UpstreamRequest) => Promise<Answer>;

export type Upstreams = Readonly<Record<UpstreamName, Upstream>>;

/** A pool of kept-alive connections to each service. Nothing is connected before the first request. */
export function connectUpstreams(deps: { config: GatewayConfig; lifecycle: Lifecycle }): Upstreams {
  const { SCHEDULING_URL, REMINDERS_URL, PAYOUTS_URL } = deps.config;
  return {
    scheduling: connect(deps, 'scheduling', SCHEDULING_URL),
    reminders: connect(deps, 'reminders', REMINDERS_URL),
    payouts: connect(deps, 'payouts', PAYOUTS_URL),
  };
}

function connect(deps: { config: GatewayConfig; lifecycle: Lifecycle }, name: UpstreamName, url: string): Upstream {
  const { UPSTREAM_CONNECT_TIMEOUT_MS, UPSTREAM_TIMEOUT_MS } = deps.config;
  const pool = new Pool(new URL(url).origin, {
    connect: { timeout: UPSTREAM_CONNECT_TIMEOUT_MS },
    headersTimeout: UPSTREAM_TIMEOUT_MS,
    bodyTimeout: UPSTREAM_TIMEOUT_MS,
  });
  deps.lifecycle.onShutdown(`connections to ${name}`, () => pool.destroy());

  const attempt: Upstream = (request) => {
    const attributes = { 'http.request.method': request.method, 'peer.service': name };
    return inSpan(`${request.method} ${name}`, { kind: SpanKind.CLIENT, attributes }, async () => {
      const headers = { ...request.headers, ...traceHeaders() };
      const answer = await pool.request({ ...request, body: request.body ?? null, headers });
      trace.getActiveSpan()?.setAttribute('http.response.status_code', answer.statusCode);
      return answer;
    });
  };

  return async (request) => {
    try {
      return await attempt(request);
    } catch (error) {
      // Only what changes nothing may be sent twice; a broken command is for the client to repeat, with its key.
      if (!isSafe(request.method) || !isBrokenConnection(error)) throw error;
      return attempt(request);
    }
  };
}

function isSafe(method: Dispatcher.HttpMethod): boolean {
  return method === 'GET' || method === 'HEAD';
}
