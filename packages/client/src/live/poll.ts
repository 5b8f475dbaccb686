import { sendOnce, timeoutOf, withToken } from '../http/send.ts';
import { toChange } from './change.ts';
import { type Connect, type Connection, failure } from './connection.ts';

type Page = { items: unknown[]; nextCursor: string };

/** Seconds that the API may wait for a change. */
const waitS = 25;
/** Between pages that come back empty at once. */
const idlePauseMs = 1_000;

/** Connects by long polling: one page is a connection. */
export const openPoll: Connect = async ({ options, path, headers, signal }, position) => {
  const query = position === '' ? '' : `?cursor=${encodeURIComponent(position)}&limit=100&wait=${waitS}`;
  const request = {
    method: 'GET',
    path: path + query,
    headers: { accept: 'application/json', ...headers },
    signal,
    timeoutMs: timeoutOf(options) + waitS * 1_000,
  };
  const startedAt = Date.now();
  const received = await withToken(options, (token) =>
    sendOnce(options, token, request).catch((error) => failure(error, signal)),
  );
  if (received instanceof Error || received.status !== 200) return received;
  const page = parse(received.text);
  const isIdle = page?.items.length === 0 && position !== '' && Date.now() - startedAt < idlePauseMs;
  return page ? { messages: messages(page), pauseMs: () => (isIdle ? idlePauseMs : 0), close: () => {} } : received;
};

async function* messages({ items, nextCursor }: Page): Connection['messages'] {
  for (const item of items) yield { change: toChange(item) };
  yield { position: nextCursor };
}

/** @returns undefined when it is no page of the API */
function parse(text: string): Page | undefined {
  try {
    const page: Page = JSON.parse(text);
    return Array.isArray(page.items) ? page : undefined;
  } catch {
    return undefined;
  }
}
