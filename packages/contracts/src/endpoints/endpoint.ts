import type { z } from 'zod';
import type { ProblemCode } from '../problems.ts';
import type { Role } from '../scalars.ts';

/**
 * One method and path of the API: who serves it, what goes in, what comes out, and what may go
 * wrong.
 */
export type EndpointDefinition = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** As Express writes it: `/jobs/:id`. */
  readonly path: string;
  /** The service that answers; the gateway forwards to it. */
  readonly owner: 'gateway' | 'scheduling' | 'reminders' | 'payouts';
  readonly summary: string;
  /** Who may call it, in words, and what a caller must know. Markdown. */
  readonly description: string;
  readonly tag: Tag;
  /** Who may call it: a token with one of these roles, any token, or no token at all. */
  readonly roles: readonly Role[] | 'signed-in' | 'anyone';
  /** `ops`: a token with the role `ops`. The service that owns the endpoint checks it. */
  /** Since when clients should stop using it, and from when on it may be gone. */
  readonly deprecated?: Deprecation;
  /** The same for single query parameters. */
  readonly deprecatedQuery?: Readonly<Record<string, Deprecation>>;
  readonly access: 'public' | 'token' | 'ops';
  readonly params?: z.ZodObject;
  /** Without it, every query parameter is refused. */
  readonly query?: z.ZodObject;
  /** Parameters that are not of the query are ignored. */
  readonly anyQuery?: true;
  readonly body?: z.ZodObject;
  /** No body at all is as good as an empty object. */
  readonly bodyOptional?: true;
  readonly success: Success;
  /** The other media type of the answer, for clients that ask for it by `Accept`. */
  readonly alternative?: 'text/csv' | 'text/event-stream';
  /** The other good answer, when there is one: the same shape with another status. */
  readonly otherwise?: { readonly status: 503; readonly description: string };
  readonly problems: readonly ProblemCode[];
};

/** Dates such as `2026-11-30`, in UTC. */
export type Deprecation = { readonly since: string; readonly sunset: string };

/** The groups in which the API is documented, in this order. */
export const tags = {
  Jobs: 'What customers want done.',
  Assignments: 'A job given to a provider, from the invitation to the end of the work.',
  Schedule: 'Proposing, confirming and rejecting windows, and the free windows of a provider.',
  Reminders: 'The reminders of an assignment.',
  Payouts: 'What providers are owed, its approval, and where it is paid.',
  Changes: 'Events as they happen, by a stream or a long poll.',
  Operations: 'For operations, monitoring and the payment provider, and the documents themselves.',
} as const;
export type Tag = keyof typeof tags;

export type Success = {
  readonly status: 200 | 201 | 202;
  readonly description: string;
  readonly schema?: z.ZodType;
  /** `application/json` when not said. */
  readonly contentType?: string;
  /** Operations that go on from here: their name, and the field of the answer that is their `id`. */
  readonly links?: Readonly<Record<string, string>>;
  /** The answer carries the version as its ETag. */
  readonly etag?: true;
};

/** The same endpoints, each of them knowing its own name. */
export type Named<T> = { readonly [K in keyof T]: T[K] & { readonly name: K } };
