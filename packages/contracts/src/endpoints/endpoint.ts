import type { z } from 'zod';
import type { ProblemCode } from '../problems.ts';

/** One method and path of the API: who serves it, what goes in, what comes out, and what may go wrong. */
export type Endpoint = {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** As Express writes it: `/jobs/:id`. */
  readonly path: string;
  /** The service that answers; the gateway forwards to it. */
  readonly owner: 'gateway' | 'scheduling' | 'reminders' | 'payouts';
  readonly summary: string;
  readonly access: 'public' | 'token';
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodObject;
  /** No body at all is as good as an empty object. */
  readonly bodyOptional?: true;
  readonly success: Success;
  /** The media type of the same answer for who accepts only that. */
  readonly alternative?: 'text/csv';
  /** The other good answer, when there is one: the same shape with another status. */
  readonly otherwise?: { readonly status: 503; readonly description: string };
  readonly problems: readonly ProblemCode[];
};

export type Success = {
  readonly status: 200 | 201 | 202;
  readonly description: string;
  readonly schema?: z.ZodType;
  /** `application/json` when not said. */
  readonly contentType?: string;
  /** The answer carries the version as its ETag. */
  readonly etag?: true;
};

/** The same endpoints, each of them knowing its own name. */
export type Named<T> = { readonly [K in keyof T]: T[K] & { readonly name: K } };
