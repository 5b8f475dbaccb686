import { pause, within } from './abort.ts';
import { isTemporary, pauseMs, retryAfterMs } from './retry.ts';

export type ConnectionOptions = {
  /** The URL of the gateway. */
  url: string;
  /**
   * Called before each attempt, so that it can return a fresh token. When the API has refused a
   * token, it is called with that token, and the request is sent again if it returns another one.
   * Without it requests are anonymous.
   */
  token?: (refused?: string) => string | Promise<string>;
  /** How long one attempt may take: 10 s by default. */
  timeoutMs?: number;
  /** Replaces the platform's `fetch`. */
  fetch?: typeof globalThis.fetch;
};

export type ApiRequest = {
  method: string;
  /** With the query. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: string | undefined;
  signal: AbortSignal | undefined;
  /** Longer than that of the options, when the API is asked to wait. */
  timeoutMs?: number;
};

/** A response, read to its end. */
export type Received = { status: number; headers: Headers; text: string };

/**
 * Sends a request and reads the response, again while the failure is temporary.
 * @throws the error of the last attempt, and those of `token`
 */
export async function send(options: ConnectionOptions, request: ApiRequest & { retries: number }): Promise<Received> {
  const { retries, signal } = request;
  for (let failed = 0; ; failed += 1) {
    const isLast = failed === retries;
    const received = await withToken(options, (token) =>
      sendOnce(options, token, request).catch((error: unknown) => {
        if (isLast || signal?.aborted) throw error;
        return undefined;
      }),
    );
    if (received && (isLast || !isTemporary(received))) return received;
    await pause(pauseMs(failed, retryAfterMs(received?.headers)), signal);
  }
}

/** Attempts with the user's token, and once more when that is refused and there is another one. */
export async function withToken<T>(
  { token }: ConnectionOptions,
  attempt: (token: string | undefined) => Promise<T>,
): Promise<T> {
  const first = await token?.();
  const result = await attempt(first);
  if (!token || !isUnauthenticated(result)) return result;
  const second = await token(first);
  return second === first ? result : attempt(second);
}

/** Sends a request once and reads the response to its end. */
export function sendOnce(
  options: ConnectionOptions,
  token: string | undefined,
  request: ApiRequest,
): Promise<Received> {
  return within(request.timeoutMs ?? timeoutOf(options), request.signal, async (signal) => {
    const response = await fetchWith(options, token, { ...request, signal });
    return { status: response.status, headers: response.headers, text: await response.text() };
  });
}

/** Fetches once, with the API's URL and the token. */
export function fetchWith(
  { url, fetch = globalThis.fetch }: ConnectionOptions,
  token: string | undefined,
  { method, path, headers, body, signal }: ApiRequest & { signal: AbortSignal },
): Promise<Response> {
  return fetch(url.replace(/\/$/, '') + path, {
    method,
    headers: { ...(token && { authorization: `Bearer ${token}` }), ...headers },
    ...(body !== undefined && { body }),
    signal,
  });
}

export function timeoutOf({ timeoutMs = 10_000 }: ConnectionOptions): number {
  return timeoutMs;
}

function isUnauthenticated(result: unknown): boolean {
  return (result as Partial<Received> | undefined)?.status === 401;
}
