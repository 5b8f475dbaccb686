import { z } from 'zod';
import type { System } from './find-system.ts';

const Refusal = z.object({ code: z.string(), detail: z.string() });

/**
 * Asks the gateway, as ops.
 * @throws Error with what the gateway answered instead
 */
export async function askGateway<T>(system: System, path: string, schema: z.ZodType<T>): Promise<T> {
  const url = URL.parse(path, system.gateway());
  if (!url) throw new Error(`The gateway's address ${system.gateway()} is no URL.`);
  const answer = await fetch(url, {
    headers: { authorization: `Bearer ${await system.token()}` },
    signal: AbortSignal.timeout(30_000),
  }).catch((error: unknown) => {
    throw new Error(`The gateway does not answer at ${url.origin}: ${error instanceof Error ? error.message : error}`);
  });
  const body: unknown = await answer.json().catch(() => undefined);
  if (answer.ok) return schema.parse(body);
  const refusal = Refusal.safeParse(body).data;
  throw new Error(refusal ? `${refusal.code}: ${refusal.detail}` : `The gateway answered ${answer.status}.`);
}
