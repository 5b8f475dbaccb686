import type { Change } from '../api.ts';
import type { ConnectionOptions, Received } from '../http/send.ts';

/** What a connection delivers: a change, the position after it, or either. */
export type Message = { change?: Change; position?: string };

/** An open connection. It ends when the client has to connect again. */
export type Connection = {
  messages: AsyncIterable<Message>;
  /** How long to wait before the next connection. */
  pauseMs(): number;
  /** Closes a connection whose messages are not read. */
  close(): void;
};

/** A place to read changes from. */
export type Source = {
  options: ConnectionOptions;
  path: string;
  headers?: Readonly<Record<string, string>> | undefined;
  signal?: AbortSignal | undefined;
};

/**
 * Connects once; the position is empty at first. A refusal or a failure of the network is returned,
 * so that what is thrown (by `token`, by the abort) is final.
 */
export type Connect = (source: Source, position: string) => Promise<Connection | Received | Error>;

/**
 * Returns what broke a connection.
 * @throws it when that was the app's own abort
 */
export function failure(error: unknown, signal: AbortSignal | undefined): Error {
  if (signal?.aborted) throw error;
  return error instanceof Error ? error : new Error(String(error));
}
