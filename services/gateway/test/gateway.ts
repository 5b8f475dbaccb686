import { once } from 'node:events';
import { type IncomingHttpHeaders, request } from 'node:http';
import { startService } from '@punctual/chassis';
import { startIssuer } from '@punctual/devstack';
import { gateway } from '../src/app.ts';

/** Nothing listens on the discard port. */
const nowhere = 'http://127.0.0.1:9';

export const id = '01936f2a-7c10-7000-8000-000000000001';

export type Gateway = Awaited<ReturnType<typeof startGateway>>;

/** Starts the gateway in this process. A service whose URL is not given is unavailable. */
export async function startGateway(environment: Record<string, string> = {}) {
  const issuer = await startIssuer();
  const service = await startService(gateway, {
    LOG_LEVEL: 'silent',
    SHUTDOWN_DRAIN_MS: '0',
    AUTH_JWKS_URL: issuer.jwksUrl,
    AUTH_ISSUER: issuer.issuer,
    AUTH_AUDIENCE: issuer.audience,
    SCHEDULING_URL: nowhere,
    REMINDERS_URL: nowhere,
    PAYOUTS_URL: nowhere,
    NATS_URL: 'nats://127.0.0.1:9',
    // A test asks faster than people do.
    RATE_LIMIT_PER_ADDRESS: '1000',
    ...environment,
  });
  const authorization = `Bearer ${await issuer.token({ roles: ['customer'] })}`;
  return {
    url: service.url,
    issuer,
    authorization,
    call: (method: string, path: string, options: CallOptions = {}) =>
      call(service.url, method, path, { ...options, headers: { authorization, ...options.headers } }),
    stop: async () => {
      await service.stop();
      await issuer.stop();
    },
  };
}

type CallOptions = { headers?: Record<string, string>; body?: string | Buffer };

export type Answered = { status: number; headers: IncomingHttpHeaders; text: string; json: unknown };

/** Sends one request on a new connection, with exactly these headers; `fetch` would drop some. */
export async function call(url: string, method: string, path: string, options: CallOptions = {}): Promise<Answered> {
  const { status, headers, body } = await callRaw(url, method, path, options);
  const text = body.toString();
  const isJson = text !== '' && /json/.test(headers['content-type'] ?? '');
  return { status, headers, text, json: isJson ? JSON.parse(text) : undefined };
}

/** The same, with the bytes of the response as they came. */
export async function callRaw(
  url: string,
  method: string,
  path: string,
  { headers = {}, body }: CallOptions = {},
): Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }> {
  const { hostname, port } = new URL(url);
  const sent = request({ hostname, port, method, path, headers, agent: false });
  sent.end(body);
  const [response] = await once(sent, 'response');
  const bytes = Buffer.concat(await Array.fromAsync(response as AsyncIterable<Buffer>));
  return { status: response.statusCode, headers: response.headers, body: bytes };
}
