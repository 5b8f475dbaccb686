import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';

export type ReadyGateways = {
  /** `fetch` from a ready gateway; the host of the URL is ignored. */
  readonly fetch: typeof globalThis.fetch;
  close(): Promise<void>;
};

type Gateway = { url: string; pool: Pool; isReady: boolean };

/**
 * A load balancer before several gateways. It polls their readiness, sends requests to ready ones
 * in turn, and tries another when a connection is refused. It keeps idle connections for less
 * time than a gateway drains.
 */
export function createReadyGateways(urls: readonly string[], idleMs: number): ReadyGateways {
  const idle = { keepAliveTimeout: idleMs, keepAliveMaxTimeout: idleMs };
  const gateways = urls.map((url): Gateway => ({ url, pool: new Pool(url, idle), isReady: true }));
  const closed = new AbortController();
  let turn = 0;

  const watch = async (gateway: Gateway) => {
    while (!closed.signal.aborted) {
      gateway.isReady = await fetch(`${gateway.url}/healthz/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
      await delay(100, undefined, { signal: closed.signal }).catch(() => undefined);
    }
  };
  const watching = Promise.all(gateways.map(watch));

  const sendTo = async ({ pool }: Gateway, request: Request, body: string): Promise<Response> => {
    const { pathname, search } = new URL(request.url);
    const method = request.method === 'GET' ? 'GET' : 'POST';
    const headers = Object.fromEntries(request.headers);
    const { signal } = request;
    const answer = await pool.request({ method, path: pathname + search, headers, body: body || null, signal });
    return new Response(Readable.toWeb(answer.body) as BodyInit, {
      status: answer.statusCode,
      headers: Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
    });
  };
  return {
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const body = await request.text();
      turn += 1;
      const inTurn = gateways.map((_, index) => gateways[(turn + index) % gateways.length] as Gateway);
      const [first, ...others] = inTurn.toSorted((a, b) => Number(b.isReady) - Number(a.isReady));
      return sendTo(first as Gateway, request, body).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ECONNREFUSED' || !others[0]) throw error;
        return sendTo(others[0], request, body);
      });
    },
    close: async () => {
      closed.abort();
      await watching;
      await Promise.all(gateways.map(({ pool }) => pool.close()));
    },
  };
}
