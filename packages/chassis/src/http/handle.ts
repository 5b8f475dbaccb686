import type { Readable } from 'node:stream';
import type { Endpoint } from '@punctual/contracts';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Caller } from './authenticate.ts';

/** A request as its handler receives it, parsed by the endpoint's schemas. */
export type HandlerRequest<E extends Endpoint> = {
  /** Present on every endpoint that is not public. */
  caller: E['access'] extends 'token' | 'ops' ? Caller : undefined;
  params: Parsed<E['params']>;
  query: Parsed<E['query']>;
  body: Parsed<E['body']>;
  idempotencyKey: string | undefined;
  /** `*`, or the version inside the tag. */
  ifMatch: string | undefined;
  method: string;
  /** With the query. */
  path: string;
  raw: Request;
};

/** What a handler answers, and what a command answers and stores for its replay. */
export type HandlerResponse = {
  body: unknown;
  /** Sent instead of the body, as it comes; breaks off for the client when it does. */
  stream?: { type: string; chunks: Readable };
  /** Without it, the endpoint's own success. */
  status?: number;
  /** The aggregate's version, for the `ETag`. */
  version?: number;
  location?: string;
  /** Whether it is the stored response of an earlier request with the same Idempotency-Key. */
  replayed?: boolean;
  headers?: Readonly<Record<string, string>>;
};

/** Writes the response itself; the request body is its raw bytes. */
export type Passthrough = (request: Request, response: Response) => Promise<void>;

export type Route = { endpoint: Endpoint } & (
  | { respond: (request: HandlerRequest<Endpoint>) => Promise<HandlerResponse> }
  | { passthrough: Passthrough }
);

/** Ties an endpoint of the contract to the function that answers it. */
export function handle<E extends Endpoint>(
  endpoint: E,
  respond: (request: HandlerRequest<E>) => Promise<HandlerResponse>,
): Route {
  return { endpoint, respond: respond as (request: HandlerRequest<Endpoint>) => Promise<HandlerResponse> };
}

/**
 * Ties an endpoint to a function that forwards the request unread. Only route, token, media type
 * and size are checked before it.
 */
export function passthrough(endpoint: Endpoint, answer: Passthrough): Route {
  return { endpoint, passthrough: answer };
}

type Parsed<S> = S extends z.ZodType ? z.infer<S> : undefined;
