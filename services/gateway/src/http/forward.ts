import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import type { GatewayDeps } from '../deps.ts';
import { explainFailure } from '../upstream/explain-failure.ts';
import { requestHeaders, responseHeaders } from '../upstream/headers.ts';
import type { UpstreamResponse } from '../upstream/receive.ts';
import type { UpstreamRequest } from '../upstream/send.ts';
import type { UpstreamName } from '../upstream/upstreams.ts';

/**
 * Turns a client's request into the one for its service: the same method, path and bytes, and the
 * headers that may pass.
 */
export function toUpstream(request: Request, response: Response): UpstreamRequest {
  return {
    method: request.method as UpstreamRequest['method'],
    path: request.path + queryOf(request),
    headers: requestHeaders(request.headers),
    body: request.body,
    client: response,
    sender: response.locals.client.key,
  };
}

/**
 * Sends a request to a service.
 * @returns undefined when the client left before the response came
 * @throws HttpProblem `unavailable` or `upstream-timeout`
 */
export async function send(
  { upstreams, logger }: GatewayDeps,
  service: UpstreamName,
  request: UpstreamRequest,
): Promise<UpstreamResponse | undefined> {
  try {
    return await upstreams[service](request);
  } catch (error) {
    if (request.client.destroyed) return undefined;
    logger.warn({ err: error, service, method: request.method }, 'Service did not respond');
    throw explainFailure(error);
  }
}

/**
 * Pipes a service's response to the client. One that breaks off breaks off for the client too, so
 * that it never looks complete.
 */
export async function pipeResponse(
  { logger }: GatewayDeps,
  from: UpstreamResponse | undefined,
  response: Response,
): Promise<void> {
  if (!from) return;
  response.statusCode = from.statusCode;
  for (const [name, value] of Object.entries(responseHeaders(from.headers))) response.setHeader(name, value);
  // Added, since the gateway's own responses may vary too, by origin.
  for (const field of [from.headers.vary ?? []].flat()) response.vary(field);
  if (!(from.body instanceof Readable)) return void response.end(from.body);
  await pipeline(from.body, response).catch((error: unknown) => {
    logger.info({ err: error }, 'Response broke off');
  });
}

/**
 * Reads the body of a service's response.
 * @throws HttpProblem `unavailable` when it breaks off
 */
export async function readJson({ body }: UpstreamResponse): Promise<unknown> {
  if (!(body instanceof Readable)) return JSON.parse(body.toString());
  return json(body).catch((error: unknown) => {
    throw explainFailure(error);
  });
}

/** Drops a response that no client gets. */
export function discard({ body }: UpstreamResponse): void {
  if (body instanceof Readable) body.destroy();
}

/** The query as sent. `request.url` may be in absolute form, which is not forwarded. */
function queryOf({ originalUrl }: Request): string {
  const start = originalUrl.indexOf('?');
  return start < 0 ? '' : originalUrl.slice(start);
}
