import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type Lifecycle, toProblemAnswer } from '@punctual/chassis';
import { ipKeyGenerator } from 'express-rate-limit';
import type { Config } from '../config.ts';
import type { ClientAddresses } from './client-address.ts';
import type { Connections } from './limit-connections.ts';
import { rateLimited } from './rate-limited.ts';

/** Every form of target that has a health route: Express ignores case and takes absolute URLs. */
const health = /^[^?]*[/\\]healthz[/\\]/i;
const windowMs = 1_000;

export type LimitHealthDeps = {
  config: Config;
  lifecycle: Lifecycle;
  addresses: ClientAddresses;
  connections: Connections;
};

/**
 * Counts requests for the gateway's health by address, apart from all others, since a load balancer
 * must always get its answer. Runs before `app`, where a refusal is cheapest, and closes the
 * connection.
 */
export function limitHealth(deps: LimitHealthDeps, app: RequestListener): RequestListener {
  const counts = new Map<string, number>();
  const forgetting = setInterval(() => counts.clear(), windowMs).unref();
  deps.lifecycle.onShutdown('health rate limit', () => clearInterval(forgetting));

  const isAllowed = (request: IncomingMessage): boolean => {
    const key = ipKeyGenerator(deps.addresses.of(request));
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count <= deps.config.RATE_LIMIT_HEALTH;
  };
  return (request, response) => {
    if (!health.test(request.url ?? '') || isAllowed(request)) return app(request, response);
    deps.connections.closeAfter(request, response);
    refuse(request, response);
  };
}

function refuse({ url = '' }: IncomingMessage, response: ServerResponse): void {
  const { status, headers, problem } = toProblemAnswer(rateLimited('Too many health checks in one second.'), url);
  const body = JSON.stringify(problem);
  response.writeHead(status, {
    ...headers,
    'Content-Type': 'application/problem+json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(body);
}
