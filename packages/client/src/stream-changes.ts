import type { Events } from './api.ts';
import { readEventStream } from './read-event-stream.ts';
import { isPassing, pause, pauseMs, sendAgain } from './retry.ts';

/** Something that happened to an assignment, as a CloudEvent; `switch (change.type)` tells what. */
export type Change = Events[keyof Events];

export type ChangesRequest = {
  url: string;
  /** Asked before each connection, so that it can bring a fresh token. */
  headers: () => Promise<Record<string, string>>;
  fetch: typeof globalThis.fetch;
  /** How often the first connection is tried again. */
  retries: number;
  /** How long the API may take to begin its answer. */
  timeoutMs: number;
  signal: AbortSignal | undefined;
  /** Called when changes were missed for good, once the stream is open again; see `ChangesInput`. */
  onRestart: (() => void | Promise<void>) | undefined;
  /** What an answer says that is no stream. */
  errorOf: (response: Response) => Promise<Error>;
};

/** A sign of life comes every 15 s (api.md); when three have not come, nobody is there. */
const maxSilenceMs = 45_000;

/** Where the stream goes on. */
type Place = { lastEventId: string; retryMs: number };

/** The position is too old to go on from: the resource has to be read again. */
const expired = 410;

/**
 * Opens the stream of an assignment's changes; resolves when it is open. Iterating it connects again, for ever, where it ended or
 * broke off: none is lost and none comes twice. After a time longer than the API reaches back it begins anew, and calls `onRestart`.
 * @throws what an answer says that is final; from the iteration, too
 */
export async function streamChanges(request: ChangesRequest): Promise<AsyncIterable<Change>> {
  const { retries, signal } = request;
  const place = { lastEventId: '', retryMs: 1_000 };
  const send = async () => connect(request, place, await request.headers());
  const body = await bodyOf(request, await sendAgain(send, { retries, signal }));
  return follow(request, place, body);
}

async function* follow(request: ChangesRequest, place: Place, first: ReadableStream<string>) {
  const { signal } = request;
  for (let body: ReadableStream<string> | undefined = first; body; body = await openAgain(request, place)) {
    for await (const { id, data, retryMs } of readEventStream(body, maxSilenceMs)) {
      if (signal?.aborted) return;
      if (id !== undefined) place.lastEventId = id;
      if (retryMs !== undefined) place.retryMs = retryMs;
      if (data) yield JSON.parse(data) as Change;
    }
  }
}

/** @returns undefined when it was aborted */
async function openAgain(request: ChangesRequest, place: Place): Promise<ReadableStream<string> | undefined> {
  const { signal, onRestart } = request;
  let isRestart = false;
  try {
    await pause(place.retryMs, signal);
    for (let failed = 0; ; failed += 1) {
      // Outside of what is tried again: who cannot get a token any more has to sign in.
      const headers = await request.headers();
      const response = await connect(request, place, headers).catch(() => undefined);
      if (response?.status === expired && place.lastEventId !== '') {
        isRestart = true;
        place.lastEventId = '';
        await response.body?.cancel();
        continue;
      }
      if (response && !(await isPassing(response))) {
        const body = await bodyOf(request, response);
        // The stream is open, so what is read now and what comes then have no gap between them.
        if (isRestart) await onRestart?.();
        return body;
      }
      await pause(pauseMs(response, failed), signal);
    }
  } catch (error) {
    if (signal?.aborted) return undefined;
    throw error;
  }
}

async function connect(
  { url, fetch, timeoutMs, signal }: ChangesRequest,
  { lastEventId }: Place,
  headers: Record<string, string>,
): Promise<Response> {
  // For the beginning of the answer only: `AbortSignal.timeout` would end the stream itself.
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`No answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    return await fetch(url, {
      headers: { ...headers, ...(lastEventId && { 'last-event-id': lastEventId }) },
      signal: AbortSignal.any([late.signal, signal ?? []].flat()),
    });
  } finally {
    clearTimeout(timer);
  }
}

async function bodyOf({ errorOf }: ChangesRequest, response: Response): Promise<ReadableStream<string>> {
  const { ok, body, headers } = response;
  if (!ok || !body || !headers.get('content-type')?.startsWith('text/event-stream')) throw await errorOf(response);
  return body.pipeThrough(new TextDecoderStream());
}
