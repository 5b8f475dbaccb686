import type { IncomingHttpHeaders } from 'node:http';
import type { Readable, Writable } from 'node:stream';
import { startingHeader } from '@punctual/chassis';
import { type Dispatcher, errors } from 'undici';
import { openSpool, type Spool } from './spool.ts';
import type { SpoolFile } from './spool-file.ts';

/** A service's response: a small one complete, a longer one as a stream. */
export type UpstreamResponse = {
  statusCode: number;
  headers: IncomingHttpHeaders;
  body: Buffer | Readable;
  /** Resolves with its size when the service has sent it all; the client may still read. */
  received: Promise<number>;
};

/**
 * There was no connection, or the instance was still starting. Nothing was done, so any request may
 * be sent to another instance.
 */
export class NotTakenError extends Error {}

/** A response up to this size is buffered: streaming each cost 50% more CPU (ADR 0009). */
const smallBytes = 64 * 1024;

/**
 * Sends a request and receives the response. Gives up when `client` closes.
 * @throws NotTakenError; undici's error when there is no response, or a small one breaks off
 */
export function receive(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  client: Writable,
  openFile: () => SpoolFile,
): Promise<UpstreamResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<UpstreamResponse>();
  let abort: (reason: Error) => void = reject;
  const { promise: received, resolve: end } = Promise.withResolvers<number>();
  let size = 0;
  let spool: Spool | undefined;
  let begun = false;
  const leave = () => abort(new Error('The client has gone.'));
  const chunks: Buffer[] = [];
  let small: Omit<UpstreamResponse, 'body' | 'received'> | undefined;
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
      size += chunk.length;
      if (spool) spool.write(chunk);
      else chunks.push(chunk);
    },
    onResponseEnd: () => {
      client.off('close', leave);
      end(size);
      spool?.end();
      if (small) resolve({ ...small, body: Buffer.concat(chunks), received });
    },
    onResponseError: (_controller, error) => {
      client.off('close', leave);
      end(size);
      spool?.body.destroy(error);
      const isOurs = begun || error instanceof errors.InvalidArgumentError;
      reject(isOurs ? error : new NotTakenError('There was no connection.', { cause: error }));
    },
  });
  return promise;
}
