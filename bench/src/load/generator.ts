import { Pool } from 'undici';
import type { Load, LoadRequest, Run } from './run.ts';

// A process of its own, so that who asks and who answers do not wait for each other's event loop.

process.on('message', async (load: Load) => {
  try {
    process.send?.({ run: await run(load) });
  } catch (error) {
    process.send?.({ failure: String(error) });
  }
});
process.on('disconnect', () => process.exit());

async function run({ origin, connections, requests }: Load): Promise<Run> {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  await Promise.all(Array.from({ length: connections }, () => send(pool, { method: 'GET', path: '/healthz/live' })));

  const latenciesMs: number[] = [];
  const waiting = requests.values();
  const client = async () => {
    for (const request of waiting) {
      const from = performance.now();
      await send(pool, request);
      latenciesMs.push(performance.now() - from);
    }
  };
  const from = performance.now();
  await Promise.all(Array.from({ length: connections }, client));
  const seconds = (performance.now() - from) / 1_000;
  await pool.close();
  return { seconds, latenciesMs };
}

/** A refusal ends the benchmark: it would look like a fast answer. */
async function send(
  pool: Pool,
  { method, path, authorization }: Pick<LoadRequest, 'method' | 'path'> & Partial<LoadRequest>,
): Promise<void> {
  const { statusCode, body } = await pool.request({ method, path, headers: authorization ? { authorization } : {} });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`${method} ${path} was answered ${statusCode}: ${text}`);
}
