import type { Sender } from '@punctual/drills';
import type { Outcome } from './steady-load.ts';

const timeoutMs = 15_000;

export type RecordedFetch = { readonly fetch: typeof globalThis.fetch; readonly outcomes: readonly Outcome[] };

/** Notes what became of each request: a 5xx and a missing response are failures. */
export function recordOutcomes(fetch: typeof globalThis.fetch): RecordedFetch {
  const outcomes: Outcome[] = [];
  return {
    outcomes,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const what = `${request.method} ${new URL(request.url).pathname}`;
      const from = performance.now();
      const ms = () => performance.now() - from;
      try {
        const response = await fetch(request, { signal: AbortSignal.timeout(timeoutMs) });
        const lost = response.status >= 500;
        const because = lost ? await response.clone().text() : undefined;
        outcomes.push({ what, status: response.status, ms: ms(), lost, because });
        return response;
      } catch (error) {
        outcomes.push({ what, status: undefined, ms: ms(), lost: true, because: error });
        throw error;
      }
    },
  };
}

/** Sends each request once, half of the commands with an idempotency key and half without. */
export function createStrictSender(fetch: typeof globalThis.fetch): Sender {
  let count = 0;
  return {
    send: async ({ by, method, path, body, ifMatch }) => {
      count += 1;
      const sentAt = performance.now();
      const response = await fetch(new URL(path, 'http://gateway'), {
        method,
        headers: {
          authorization: `Bearer ${by.token}`,
          ...(body && { 'content-type': 'application/json' }),
          ...(ifMatch !== undefined && { 'if-match': `"${ifMatch}"` }),
          ...(method === 'POST' && count % 2 === 0 && { 'idempotency-key': crypto.randomUUID() }),
        },
        ...(body && { body: JSON.stringify(body) }),
      });
      const answer: unknown = await response.json();
      const code = typeof answer === 'object' && answer && 'code' in answer ? String(answer.code) : undefined;
      const etag = response.headers.get('etag') ?? undefined;
      return { status: response.status, code, body: answer, etag, sentAt, attempts: 1 };
    },
    close: async () => undefined,
  };
}
