import { within } from '../http/abort.ts';
import { fetchWith, timeoutOf, withToken } from '../http/send.ts';
import { toChange } from './change.ts';
import { type Connect, type Connection, failure, type Message } from './connection.ts';
import { readEventStream, type ServerSentEvent } from './read-event-stream.ts';

/**
 * The API sends a keep-alive every 15 s (api.md); after three missing ones the connection is dead.
 */
const maxSilenceMs = 45_000;

/** Says whether this platform can read a response while it arrives. React Native cannot. */
export function canStream(): boolean {
  return typeof TextDecoder === 'function' && typeof Response === 'function' && 'body' in Response.prototype;
}

/** Connects by server-sent events. Succeeds when the first of them has arrived. */
export const openStream: Connect = ({ options, path, headers, signal: outer }, position) => {
  const connect = (token: string | undefined) =>
    within(timeoutOf(options), outer, async (signal) => {
      const given = { accept: 'text/event-stream', ...(position && { 'last-event-id': position }), ...headers };
      const response = await fetchWith(options, token, { method: 'GET', path, headers: given, signal });
      const isStream = response.ok && response.headers.get('content-type')?.startsWith('text/event-stream');
      if (!isStream || !response.body)
        return { status: response.status, headers: response.headers, text: isStream ? '' : await response.text() };
      const events = readEventStream(response.body, maxSilenceMs, outer);
      const first = await events.next();
      if (first.done) throw new Error('The stream ended at once');
      return open(first.value, events);
    });
  return withToken(options, (token) => connect(token).catch((error) => failure(error, outer)));
};

function open(first: ServerSentEvent, others: AsyncGenerator<ServerSentEvent, void>): Connection {
  let retryMs = 1_000;
  const read = (event: ServerSentEvent): Message => {
    retryMs = event.retryMs ?? retryMs;
    return {
      ...(event.data !== undefined && { change: toChange(JSON.parse(event.data)) }),
      ...(event.id !== undefined && { position: event.id }),
    };
  };
  async function* messages() {
    yield read(first);
    for await (const event of others) yield read(event);
  }
  return { messages: messages(), pauseMs: () => retryMs, close: () => void others.return() };
}
