import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import type { LoadRequest } from '../load/run.ts';

/** What an honest user observed: latencies in milliseconds, and responses other than 200. */
export type Observed = { latenciesMs: number[]; refused: Record<string, number> };

const perSecond = 40;

/** Sends requests at a steady rate for some seconds, whatever the responses. */
export async function askSteadily(
  origin: string,
  requests: readonly LoadRequest[],
  seconds: number,
): Promise<Observed> {
  const pool = new Pool(origin, { connections: 20, pipelining: 1 });
  const seen: Observed = { latenciesMs: [], refused: {} };
  const ask = async ({ method, path, authorization }: LoadRequest) => {
    const from = performance.now();
    const answer = await pool
      .request({ method, path, headers: { authorization } })
      .then(async ({ statusCode, body }) => {
        await body.dump();
        return String(statusCode);
      })
      .catch((error: Error & { code?: string }) => error.code ?? error.name);
    seen.latenciesMs.push(performance.now() - from);
    if (answer !== '200') seen.refused[answer] = (seen.refused[answer] ?? 0) + 1;
  };
  const asked: Promise<void>[] = [];
  const begin = performance.now();
  for (let n = 0; n < perSecond * seconds; n += 1) {
    await delay(Math.max(0, begin + (n * 1_000) / perSecond - performance.now()));
    asked.push(ask(requests[n % requests.length] as LoadRequest));
  }
  await Promise.all(asked);
  await pool.close();
  return seen;
}
