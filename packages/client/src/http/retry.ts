/** What a retry is decided by. */
export type Refusal = { status: number; headers: { get(name: string): string | null }; text: string };

const longestPauseMs = 30_000;
const temporary = new Set([408, 429, 502, 503, 504]);

/**
 * Says whether the response is a temporary refusal. One that asks for a longer pause than ours is
 * left to the user.
 */
export function isTemporary({ status, headers, text }: Refusal): boolean {
  if (temporary.has(status)) return retryAfterMs(headers) <= longestPauseMs;
  return status === 409 && text.includes('"idempotency-in-flight"');
}

/**
 * Returns the pause that the API asks for, else one that doubles with each failure. A random part
 * keeps the clients of an API that comes back from asking all at once.
 */
export function pauseMs(failed: number, askedMs: number, longestMs = longestPauseMs): number {
  const pause = Math.min(longestMs, 200 * 2 ** failed);
  return Math.max(askedMs, pause / 2) + (Math.random() * pause) / 2;
}

/** Reads `Retry-After`: seconds or a date; 0 without it. */
export function retryAfterMs(headers: Refusal['headers'] | undefined): number {
  const value = headers?.get('retry-after') ?? '0';
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return Math.max(0, ms || 0);
}
