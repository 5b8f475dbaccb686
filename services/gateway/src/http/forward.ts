import { Readable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Logger } from '@punctual/chassis';
import type { Request, Response } from 'express';
import { explainFailure } from '../upstream/explain-failure.ts';
import { answerHeaders, requestHeaders } from '../upstream/headers.ts';
import type { Answer } from '../upstream/receive.ts';
import type { Upstream, UpstreamRequest } from '../upstream/upstreams.ts';

export type ForwardDeps = { logger: Logger };

/** Turns a client's request into the one for its service: the same method, path and bytes, and the headers that may pass. */
export function toUpstream(request: Request, response: Response): UpstreamRequest {
  return {
    method: request.method as UpstreamRequest['method'],
    path: request.path + queryOf(request),
    headers: requestHeaders(request.headers),
    body: request.body,
    client: response,
  };
}

/**
 * Asks a service.
 * @returns undefined when the client left before the answer came
 * @throws HttpProblem `unavailable` or `upstream-timeout`
 */
export async function ask(
  deps: ForwardDeps,
  upstream: Upstream,
  request: UpstreamRequest,
): Promise<Answer | undefined> {
  try {
    return await upstream(request);
  } catch (error) {
    if (request.client.destroyed) return undefined;
    deps.logger.warn({ err: error, method: request.method }, 'a service gave no answer');
    throw explainFailure(error);
  }
}

/** Hands a service's answer to the client. A stream that breaks off breaks off for the client too, and never looks whole. */
export async function passOn(deps: ForwardDeps, answer: Answer | undefined, response: Response): Promise<void> {
  if (!answer) return;
  response.statusCode = answer.statusCode;
  for (const [name, value] of Object.entries(answerHeaders(answer.headers))) response.setHeader(name, value);
  // Added, since the gateway may vary its answers too, by origin.
  for (const field of [answer.headers.vary ?? []].flat()) response.vary(field);
  if (!(answer.body instanceof Readable)) return void response.end(answer.body);
  await pipeline(answer.body, response).catch((error: unknown) => {
    deps.logger.info({ err: error }, 'an answer broke off');
  });
}

/**
 * Reads the body of a service's answer.
 * @throws HttpProblem `unavailable` when it breaks off
 */
export async function readJson({ body }: Answer): Promise<unknown> {
  if (!(body instanceof Readable)) return JSON.parse(body.toString());
  return json(body).catch((error: unknown) => {
    throw explainFailure(error);
  });
}

/** Gives up an answer that nobody gets. */
export function discard({ body }: Answer): void {
  if (body instanceof Readable) body.destroy();
}

/** What follows the path as it was sent; `request.url` may be in absolute form, and is not passed on as such. */
function queryOf({ originalUrl }: Request): string {
  const start = originalUrl.indexOf('?');
  return start < 0 ? '' : originalUrl.slice(start);
}
