/**
 * Runs work that must end within this time, or when the outer signal is aborted. Not every platform
 * has `AbortSignal.any` and `AbortSignal.timeout`, and not every `fetch` honours its signal.
 * @throws the reason of the outer signal, or an error that says how long it waited
 */
export async function within<T>(
  ms: number,
  outer: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const inner = new AbortController();
  let end = (_reason: unknown) => {};
  const ended = new Promise<never>((_resolve, reject) => {
    end = (reason) => {
      inner.abort(reason);
      reject(reason);
    };
  });
  const late = Object.assign(new Error(`No response within ${ms} ms`), { name: 'TimeoutError' });
  const timer = setTimeout(end, ms, late);
  const stop = onAbort(outer, end);
  try {
    return await Promise.race([ended, work(inner.signal)]);
  } finally {
    clearTimeout(timer);
    stop();
  }
}

/**
 * Waits.
 * @throws the signal's reason as soon as it is aborted
 */
export function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    let stop = () => {};
    const timer = setTimeout(() => {
      stop();
      resolve();
    }, ms);
    stop = onAbort(signal, (reason) => {
      clearTimeout(timer);
      reject(reason);
    });
  });
}

/**
 * Calls back when the signal is aborted, or at once if it is.
 * @returns ends that
 */
export function onAbort(signal: AbortSignal | undefined, act: (reason: unknown) => void): () => void {
  if (!signal) return () => {};
  const tell = () => act(abortReason(signal));
  if (signal.aborted) tell();
  else signal.addEventListener('abort', tell);
  return () => signal.removeEventListener('abort', tell);
}

/** React Native's signals have no reason. */
function abortReason({ reason }: AbortSignal): unknown {
  return reason ?? Object.assign(new Error('Aborted'), { name: 'AbortError' });
}
