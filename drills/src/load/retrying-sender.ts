import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { z } from 'zod';

export type DrillUser = { id: string; token: string };

export type UserRequest = {
  by: DrillUser;
  method: 'GET' | 'POST';
  path: string;
  body?: object;
  /** The version that `If-Match` names. */
  ifMatch?: number | undefined;
};

/** A final response, as opposed to an outage, a timeout or a request to retry. */
export type DefiniteResponse = {
  status: number;
  code: string | undefined;
  body: unknown;
  /** The header, where there is one. */
  etag: string | undefined;
  /** When the answered attempt was sent, by `performance.now()`. */
  sentAt: number;
  /** How often it was sent, the answered attempt included. */
  attempts: number;
};

export type Sender = {
  /** @throws when there is no final response */
  send(sent: UserRequest): Promise<DefiniteResponse>;
  close(): Promise<void>;
};

const patienceMs = 90_000;
const timeoutMs = 8_000;
const notYet = new Set([429, 502, 503, 504]);
const Coded = z.object({ code: z.string() });

/**
 * Sends each request with one idempotency key until it gets a final response, through outages,
 * kills and lost responses, for at most 90 seconds.
 */
export function createRetryingSender(gateways: readonly string[]): Sender {
  const agent = new Agent({ connections: 64, keepAliveTimeout: 5_000 });
  let turn = 0;

  const once = async ({ by, method, path, body, ifMatch }: UserRequest, key: string) => {
    turn += 1;
    const url = new URL(path, gateways[turn % gateways.length]);
    const answer = await request(url, {
      dispatcher: agent,
      method,
      headers: {
        authorization: `Bearer ${by.token}`,
        ...(method === 'POST' && { 'idempotency-key': key, 'content-type': 'application/json' }),
        ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const told: unknown = await answer.body.json();
    const code = Coded.safeParse(told).data?.code;
    if (notYet.has(answer.statusCode) || code === 'idempotency-in-flight') return undefined;
    const { etag } = answer.headers;
    return { status: answer.statusCode, code, body: told, etag: etag?.toString() };
  };

  return {
    send: async (sent) => {
      const key = randomUUID();
      const deadline = performance.now() + patienceMs;
      for (let attempts = 1, pauseMs = 50; performance.now() < deadline; attempts += 1) {
        const sentAt = performance.now();
        const answer = await once(sent, key).catch(() => undefined);
        if (answer) return { ...answer, sentAt, attempts };
        await delay(pauseMs);
        pauseMs = Math.min(pauseMs * 2, 1_000);
      }
      throw new Error(`${sent.method} ${sent.path} had no answer for ${patienceMs / 1_000} s`);
    },
    close: () => agent.destroy(),
  };
}
