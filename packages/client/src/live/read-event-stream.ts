import { onAbort } from '../http/abort.ts';

/** The fields before an empty line; absent fields are left out. */
export type ServerSentEvent = { id?: string; data?: string; retryMs?: number };

/**
 * Reads server-sent events (WHATWG HTML §9.2) until the stream ends, breaks off, is silent for too
 * long or is aborted. The caller reconnects in each case but the last.
 */
export async function* readEventStream(
  body: ReadableStream<Uint8Array>,
  maxSilenceMs: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<ServerSentEvent, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  let message: ServerSentEvent = {};
  try {
    for (;;) {
      const text = await next(reader, decoder, maxSilenceMs, signal);
      if (text === undefined) return;
      // A CR at the end may be half of a CRLF.
      const lines = (rest + text).split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line !== '') message = { ...message, ...readField(line, message) };
        else {
          yield message;
          message = {};
        }
      }
    }
  } finally {
    // Not awaited: a hung connection may never close.
    reader.cancel().catch(() => {});
  }
}

/** @returns undefined at the end, whatever ended it */
function next(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  decoder: TextDecoder,
  maxSilenceMs: number,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const settle = (text?: string) => {
      clearTimeout(timer);
      stop();
      resolve(text);
    };
    const timer = setTimeout(settle, maxSilenceMs);
    let stop = () => {};
    stop = onAbort(signal, () => settle());
    reader.read().then(
      ({ value, done }) => settle(done ? undefined : decoder.decode(value, { stream: true })),
      () => settle(),
    );
  });
}

function readField(line: string, { data }: ServerSentEvent): ServerSentEvent {
  const colon = line.indexOf(':');
  const name = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
  if (name === 'id' && !value.includes('\0')) return { id: value };
  if (name === 'data') return { data: data === undefined ? value : `${data}\n${value}` };
  if (name === 'retry' && /^\d+$/.test(value)) return { retryMs: Number(value) };
  return {};
}
