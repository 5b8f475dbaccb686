/** What the lines before an empty one say; what they do not say is left out. */
export type StreamMessage = { id?: string; data?: string; retryMs?: number };

/**
 * Reads server-sent events (WHATWG HTML §9.2) until the stream ends, breaks off, or is silent for too long: which of these does
 * not matter to a client that then connects again.
 */
export async function* readEventStream(
  body: ReadableStream<string>,
  maxSilenceMs: number,
): AsyncGenerator<StreamMessage, void> {
  const reader = body.getReader();
  let rest = '';
  let message: StreamMessage = {};
  try {
    for (;;) {
      const text = await within(maxSilenceMs, reader.read()).then((chunk) => chunk?.value, nothing);
      if (text === undefined) return;
      // A CR at the very end may be half of a CRLF.
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
    // Not waited for: a connection that hangs may not even end.
    reader.cancel().catch(nothing);
  }
}

function readField(line: string, { data }: StreamMessage): StreamMessage {
  const colon = line.indexOf(':');
  const name = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
  if (name === 'id' && !value.includes('\0')) return { id: value };
  if (name === 'data') return { data: data === undefined ? value : `${data}\n${value}` };
  if (name === 'retry' && /^\d+$/.test(value)) return { retryMs: Number(value) };
  return {};
}

function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function nothing(): undefined {
  return undefined;
}
