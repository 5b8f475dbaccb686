import { z } from 'zod';

/** Every code that an answer of ours may carry, with its status and what a person reads first. */
export const problems = {
  'malformed-body': { status: 400, title: 'Malformed JSON body' },
  'validation-failed': { status: 400, title: 'Invalid request' },
  'invalid-idempotency-key': { status: 400, title: 'Invalid Idempotency-Key' },
  unauthenticated: { status: 401, title: 'Valid token required' },
  forbidden: { status: 403, title: 'Forbidden for your role' },
  'own-proposal': { status: 403, title: 'You cannot confirm your own proposal' },
  'own-payout': { status: 403, title: 'You cannot act on your own payout' },
  'own-change': { status: 403, title: 'You cannot confirm a change that you requested' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'request-timeout': { status: 408, title: 'Request timeout' },
  'version-conflict': { status: 409, title: 'Newer version exists' },
  'invalid-transition': { status: 409, title: 'Not possible in the current state' },
  'visit-started': { status: 409, title: 'The visit has started' },
  'window-taken': { status: 409, title: 'Provider already booked at that time' },
  'job-not-open': { status: 409, title: 'The job is not open' },
  'idempotency-in-flight': { status: 409, title: 'The same request is still in progress' },
  'already-approved': { status: 409, title: 'You have already approved this payout' },
  'cursor-expired': { status: 410, title: 'Position too old to resume from' },
  'precondition-failed': { status: 412, title: 'The resource has changed' },
  'payload-too-large': { status: 413, title: 'Body too large' },
  'uri-too-long': { status: 414, title: 'URI too long' },
  'unsupported-media-type': { status: 415, title: 'The body must be application/json' },
  'range-not-satisfiable': { status: 416, title: 'Requested range not satisfiable' },
  'window-in-past': { status: 422, title: 'Window has already started' },
  'window-too-far': { status: 422, title: 'Window starts too far ahead' },
  'window-too-short': { status: 422, title: 'Window too short' },
  'window-too-long': { status: 422, title: 'Window too long' },
  'nonexistent-local-time': { status: 422, title: 'Local time does not exist' },
  'unknown-timezone': { status: 422, title: 'Unknown time zone' },
  'reason-required': { status: 422, title: 'Reason required' },
  'not-started': { status: 422, title: 'Window has not started yet' },
  'same-person': { status: 422, title: 'Customer and provider must differ' },
  'idempotency-key-reused': { status: 422, title: 'Idempotency-Key used for another request' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'too-many-streams': { status: 429, title: 'Too many open change streams' },
  'too-many-proposals': { status: 429, title: 'Too many proposals for this assignment' },
  'too-many-open-assignments': { status: 429, title: 'Too many unanswered assignments with this provider' },
  'too-many-open-jobs': { status: 429, title: 'Too many open jobs' },
  'headers-too-large': { status: 431, title: 'Headers too large' },
  'internal-error': { status: 500, title: 'Internal error' },
  unavailable: { status: 503, title: 'Service temporarily unavailable' },
  'upstream-timeout': { status: 504, title: 'Service did not respond in time' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problems;
export const ProblemCode = z
  .enum(Object.keys(problems) as ProblemCode[])
  .meta({ id: 'ProblemCode', description: 'Stable code of a problem. New ones may be added' });

/** The `type` of a problem: a URI that names the code and is not meant to be fetched. */
export const problemType = (code: ProblemCode): string => `https://punctual.example/problems/${code}`;
