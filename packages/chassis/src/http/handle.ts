import type { Readable } from 'node:stream';
import type { Endpoint } from '@punctual/contracts';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Caller } from './authenticate.ts';

/** What a handler gets: every part parsed by the endpoint's own schemas. */
export type HandlerRequest<E extends Endpoint> = {
  /** Present on every endpoint whose `access` is `token`. */
  caller: E['access'] extends 'token' ? Caller : undefined;
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

export type Handled = {
  body: unknown;
  /** Sent instead of the body, as it comes; breaks off for the client when it does. */
  stream?: { type: string; chunks: Readable };
  /** Without it, the endpoint's own success. */
  status?: number;
  /** The aggregate's version, for the `ETag`. */
  version?: number;
  location?: string;
  headers?: Readonly<Record<string, string>>;
};

/** Writes the answer itself; the body of the request is there as the bytes that came. */
export type Relay = (request: Request, response: Response) => Promise<void>;

export type Route = { endpoint: Endpoint } & (
  | { respond: (request: HandlerRequest<Endpoint>) => Promise<Handled> }
  | { relay: Relay }
);

/** Ties an endpoint of the contract to the function that answers it. */
export function handle<E extends Endpoint>(
  endpoint: E,
  respond: (request: HandlerRequest<E>) => Promise<Handled>,
): Route {
  return { endpoint, respond: respond as (request: HandlerRequest<Endpoint>) => Promise<Handled> };
}

/** Ties an endpoint to a function that hands the request on unread: what is judged before it is route, token, media type and size. */
export function relay(endpoint: Endpoint, answer: Relay): Route {
  return { endpoint, relay: answer };
}

type Parsed<S> = S extends z.ZodType ? z.infer<S> : undefined;
