import { type Assignment, type Change, routes } from './api.ts';
import { call } from './call.ts';
import { type Call, callOf } from './http/response.ts';
import type { ConnectionOptions } from './http/send.ts';
import { type FeedOptions, feed } from './live/feed.ts';
import { type ChangesInput, streamChanges } from './live/stream-changes.ts';
import type { Answer, AnyInput, Input, OperationName } from './operations.ts';
import { createReadAfter, type ReadAfterOptions } from './read-after.ts';

export type ClientOptions = ConnectionOptions & {
  /** How often a request is retried after a temporary failure: 2 by default. */
  retries?: number;
};

/**
 * Every operation of the API by its name. Rejects with a {@link ProblemError} when the API refuses.
 */
export type Client = { readonly [N in OperationName]: (...input: Arguments<Input<N>>) => Call<Answer<N>> } & {
  /**
   * Follows everything that the user may see, for ever: reconnects with a fresh token and resumes
   * where it was. Ends when `signal` is aborted or the loop is left.
   */
  readonly feed: (options?: FeedOptions) => AsyncGenerator<Change, void>;
  /**
   * Reads an assignment after one of its changes, or after an answer of the API. The result is
   * never older than that, nor than what this method was given or has returned before.
   */
  readonly readAfter: (after: Change | Assignment, options?: ReadAfterOptions) => Promise<Assignment>;
  /**
   * Streams the changes of an assignment from now on. Resolves when the stream is open. Iterating
   * reconnects with a fresh token and loses nothing that the API still keeps; `onRestart` reports
   * longer gaps. Ends when `signal` is aborted or the loop is left.
   */
  readonly streamChanges: (input: ChangesInput) => Promise<AsyncIterable<Change>>;
};

/** Creates a client of the API for one user. */
export function createClient(given: ClientOptions): Client {
  const options = { retries: 2, ...given };
  const names = Object.keys(routes) as OperationName[];
  const operations = names.map((name) => [name, (input: AnyInput = {}) => callOf(call(options, name, input))]);
  return {
    ...Object.fromEntries(operations),
    readAfter: createReadAfter(options),
    feed: (wanted?: FeedOptions) => feed(options, wanted),
    streamChanges: (input: ChangesInput) => streamChanges(options, input),
  };
}

type Arguments<I> = Record<never, never> extends I ? [input?: I] : [input: I];
