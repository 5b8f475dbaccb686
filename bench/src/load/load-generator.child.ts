import { Pool } from 'undici';
import type { LoadPlan, LoadRequest, LoadRun } from './run.ts';

// A separate process, so that client and services do not share an event loop.

process.on('message', async (load: LoadPlan) => {
  try {
    process.send?.({ run: await run(load) });
  } catch (error) {
    process.send?.({ failure: String(error) });
  }
});
process.on('disconnect', () => process.exit());

let last: Pool | undefined;

/** The connections stay open until the next run, so that what they carried can be read from them. */
async function run({ origin, connections, requests }: LoadPlan): Promise<LoadRun> {
  await last?.close();
  const pool = new Pool(origin, { connections, pipelining: 1 });
  await Promise.all(requests.slice(0, connections).map((request) => send(pool, readOf(request))));

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
  last = pool;
  return { seconds, latenciesMs };
}

/**
 * Opens a connection by reading the assignment that the request is about. Health checks would be
 * refused: their limit is 50 a second for an address.
 */
function readOf({ path, authorization }: LoadRequest): LoadRequest {
  return { method: 'GET', path: path.replace('/schedule/confirm', ''), authorization };
}

/** Any other status ends the benchmark, because a refusal would count as a fast response. */
async function send(pool: Pool, { method, path, authorization }: LoadRequest): Promise<void> {
  const { statusCode, body } = await pool.request({ method, path, headers: { authorization } });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`${method} ${path} returned ${statusCode}: ${text}`);
}
