import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { z } from 'zod';

/** Somebody who sends requests through the gateways. */
export type Person = { id: string; token: string };

export type Sent = { by: Person; method: 'GET' | 'POST'; path: string; body?: object };

/** A definite answer. */
export type Answer = { status: number; code: string | undefined; body: unknown };

export type Sender = {
  /**
   * Sends it until there is a definite answer, with one idempotency key: through outages, deaths and lost answers.
   * @throws when there is none in time
   */
  insist(sent: Sent): Promise<Answer>;
  close(): Promise<void>;
};

const patienceMs = 90_000;
const timeoutMs = 8_000;
const notYet = new Set([429, 502, 503, 504]);
const Coded = z.object({ code: z.string() });

export function createSender(gateways: readonly string[]): Sender {
  const agent = new Agent({ connections: 64, keepAliveTimeout: 5_000 });
  let turn = 0;

  const once = async ({ by, method, path, body }: Sent, key: string): Promise<Answer | undefined> => {
    turn += 1;
    const url = new URL(path, gateways[turn % gateways.length]);
    const answer = await request(url, {
      dispatcher: agent,
      method,
      headers: {
        authorization: `Bearer ${by.token}`,
        ...(method === 'POST' && { 'idempotency-key': key, 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const told: unknown = await answer.body.json();
    const code = Coded.safeParse(told).data?.code;
    if (notYet.has(answer.statusCode) || code === 'idempotency-in-flight') return undefined;
    return { status: answer.statusCode, code, body: told };
  };

  return {
    insist: async (sent) => {
      const key = randomUUID();
      const deadline = performance.now() + patienceMs;
      for (let pauseMs = 50; performance.now() < deadline; pauseMs = Math.min(pauseMs * 2, 1_000)) {
        const answer = await once(sent, key).catch(() => undefined);
        if (answer) return answer;
        await delay(pauseMs);
      }
      throw new Error(`${sent.method} ${sent.path} had no answer for ${patienceMs / 1_000} s`);
    },
    close: () => agent.destroy(),
  };
}
