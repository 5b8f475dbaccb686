const longestPauseMs = 30_000;
const passing = new Set([429, 503, 504]);

/**
 * Sends a request until it is answered by more than "not now". Only for what may be repeated without doing it twice.
 * @throws what the last try threw
 */
export async function sendAgain(
  send: () => Promise<Response>,
  { retries, signal }: { retries: number; signal: AbortSignal | undefined },
): Promise<Response> {
  for (let left = retries; ; left -= 1) {
    const response = await send().catch((error: unknown) => {
      if (left === 0 || signal?.aborted) throw error;
      return undefined;
    });
    if (response && (left === 0 || !(await isPassing(response)))) return response;
    await pause(pauseMs(response, retries - left), signal);
  }
}

/** Whether the answer is no more than "not now"; one that asks for a longer pause than ours is for people to wait for. */
export async function isPassing(response: Response): Promise<boolean> {
  if (passing.has(response.status)) return askedMs(response) <= longestPauseMs;
  return response.status === 409 && (await response.clone().text()).includes('"idempotency-in-flight"');
}

/** As the API asks, else longer each time, and never all clients at once. */
export function pauseMs(response: Response | undefined, retried: number): number {
  return Math.min(longestPauseMs, Math.max(askedMs(response), 200 * 2 ** retried) * (1 + Math.random() / 4));
}

function askedMs(response: Response | undefined): number {
  return Number(response?.headers.get('retry-after') ?? 0) * 1_000;
}

/** @throws the signal's reason, as soon as it is aborted */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const giveUp = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', giveUp);
      resolve();
    }, ms);
    signal?.addEventListener('abort', giveUp, { once: true });
  });
}
