import type { IncomingHttpHeaders } from 'node:http';
import type { Readable, Writable } from 'node:stream';
import { startingHeader } from '@punctual/chassis';
import { type Dispatcher, errors } from 'undici';
import { openSpool, type Spool } from './spool.ts';
import type { SpoolFile } from './spool-file.ts';

/** An answer of a service: the whole of a small one, a longer one as it comes. */
export type Answer = {
  statusCode: number;
  headers: IncomingHttpHeaders;
  body: Buffer | Readable;
  /** Resolves when the service has nothing to do with it any more; the client may still have to read it. */
  received: Promise<void>;
};

/** There was no connection, or the instance had not started: nothing was done, so that another one may be asked whatever it is about. */
export class NotTakenError extends Error {}

/** What is waited for until it is whole: a stream for each made the gateway half as dear again (ADR 0009). */
const smallBytes = 64 * 1024;

/**
 * Sends a request; `client` is whom the answer is for, and nothing is waited for when it has gone.
 * @throws NotTakenError; undici's error when there is no answer, or a small one breaks off
 */
export function receive(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  client: Writable,
  openFile: () => SpoolFile,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  let abort: (reason: Error) => void = reject;
  const { promise: received, resolve: end } = Promise.withResolvers<void>();
  let spool: Spool | undefined;
  let begun = false;
  const leave = () => abort(new Error('The client has gone.'));
  const chunks: Buffer[] = [];
  let small: Omit<Answer, 'body' | 'received'> | undefined;
  client.once('close', leave);

  dispatcher.dispatch(request, {
    onRequestStart: (controller) => {
      if (client.destroyed) return controller.abort(new Error('The client has gone.'));
      abort = (reason) => controller.abort(reason);
      // The last moment before undici writes the first byte.
      begun = true;
    },
    onResponseStart: (controller, statusCode, headers) => {
      if (statusCode < 200) return;
      if (headers[startingHeader] !== undefined) {
        return controller.abort(new NotTakenError('The instance is starting.'));
      }
      if (Number(headers['content-length']) <= smallBytes) {
        small = { statusCode, headers };
        return;
      }
      spool = openSpool(controller, openFile());
      resolve({ statusCode, headers, body: spool.body, received });
    },
    onResponseData: (_controller, chunk) => {
      if (spool) spool.write(chunk);
      else chunks.push(chunk);
    },
    onResponseEnd: () => {
      client.off('close', leave);
      end();
      spool?.end();
      if (small) resolve({ ...small, body: Buffer.concat(chunks), received });
    },
    onResponseError: (_controller, error) => {
      client.off('close', leave);
      end();
      spool?.body.destroy(error);
      const isOurs = begun || error instanceof errors.InvalidArgumentError;
      reject(isOurs ? error : new NotTakenError('There was no connection.', { cause: error }));
    },
  });
  return promise;
}
