import type { ProblemCode } from '../problems.ts';

/** What may go wrong anywhere: at the gateway's edge, or on the way behind it. */
export const edge = [
  'internal-error',
  'uri-too-long',
  'rate-limited',
  'unavailable',
  'upstream-timeout',
] as const satisfies ProblemCode[];

/** Reading a list, or anything that is not about one resource. */
export const list = ['validation-failed', 'unauthenticated', ...edge] as const satisfies ProblemCode[];

/** Reading one resource that the caller may not know of. */
export const read = [...list, 'not-found'] as const satisfies ProblemCode[];

const body = ['malformed-body', 'payload-too-large', 'unsupported-media-type'] as const satisfies ProblemCode[];

const idempotency = [
  'invalid-idempotency-key',
  'idempotency-in-flight',
  'idempotency-key-reused',
] as const satisfies ProblemCode[];

/** Making something new. */
export const create = [...list, ...body, ...idempotency, 'forbidden'] as const satisfies ProblemCode[];

/** Changing one resource. */
export const change = [
  ...create,
  'not-found',
  'precondition-failed',
  'invalid-transition',
] as const satisfies ProblemCode[];

/** What a window is judged by, in the order of the rules. */
export const windowRules = [
  'unknown-timezone',
  'nonexistent-local-time',
  'window-in-past',
  'window-too-far',
  'window-too-short',
  'window-too-long',
  'window-taken',
] as const satisfies ProblemCode[];
