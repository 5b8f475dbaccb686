import { setTimeout as delay } from 'node:timers/promises';
import { reasonOf } from '@punctual/chassis';
import { z } from 'zod';
import type { GatewayAccess } from './access.ts';

const Refusal = z.object({ code: z.string(), detail: z.string() });
/** How often a rate-limited request is retried. */
const retries = 20;

/** The gateway answered with a problem. */
class Refused extends Error {
  readonly code: string | undefined;

  constructor(status: number, problem: unknown) {
    const refusal = Refusal.safeParse(problem).data;
    super(refusal ? `${refusal.code}: ${refusal.detail}` : `The gateway answered ${status}.`);
    this.code = refusal?.code;
  }
}

/**
 * Asks the gateway, as ops; with a body it is a `POST`, retried with the same key. Waits when it is
 * rate-limited.
 * @throws Error with the gateway's problem
 */
export async function askGateway<T>(
  access: GatewayAccess,
  path: string,
  schema: z.ZodType<T>,
  post?: { body: object; key: string },
): Promise<T> {
  const url = URL.parse(path, access.gateway());
  if (!url) throw new Error(`The gateway's address ${access.gateway()} is not a URL.`);
  const ask = async (left: number): Promise<Response> => {
    const answer = await fetch(url, {
      headers: {
        authorization: `Bearer ${await access.token()}`,
        ...(post && { 'content-type': 'application/json', 'idempotency-key': post.key }),
      },
      ...(post && { method: 'POST', body: JSON.stringify(post.body) }),
      signal: AbortSignal.timeout(30_000),
    }).catch((error: unknown) => {
      throw new Error(`The gateway does not answer at ${url.origin}: ${reasonOf(error)}`);
    });
    if (answer.status !== 429 || left === 0) return answer;
    await answer.body?.cancel();
    await delay(1_000 * (Number(answer.headers.get('retry-after')) || 1));
    return ask(left - 1);
  };
  const answer = await ask(retries);
  const body: unknown = await answer.json().catch(() => undefined);
  if (answer.ok) return schema.parse(body);
  throw new Refused(answer.status, body);
}

/** As {@link askGateway}; undefined for what does not exist. */
export async function findAtGateway<T>(
  access: GatewayAccess,
  path: string,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  try {
    return await askGateway(access, path, schema);
  } catch (error) {
    if (error instanceof Refused && error.code === 'not-found') return undefined;
    throw error;
  }
}
