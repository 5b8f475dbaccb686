import { z } from 'zod';

/** Every code that an answer of ours may carry, with its status and what a person reads first. */
export const problems = {
  'malformed-body': { status: 400, title: 'The body is not valid JSON' },
  'validation-failed': { status: 400, title: 'The request is not what the API describes' },
  'invalid-idempotency-key': { status: 400, title: 'The Idempotency-Key is not 1 to 255 visible ASCII characters' },
  unauthenticated: { status: 401, title: 'A valid token is needed' },
  forbidden: { status: 403, title: 'Your role may not do this' },
  'own-proposal': { status: 403, title: 'You cannot confirm your own proposal' },
  'own-payout': { status: 403, title: 'You cannot act on a payout that you have a part in' },
  'own-change': { status: 403, title: 'You cannot confirm a change that you requested' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'method-not-allowed': { status: 405, title: 'This method is not allowed here' },
  'request-timeout': { status: 408, title: 'The request did not arrive in time' },
  'version-conflict': { status: 409, title: 'There is a newer version' },
  'invalid-transition': { status: 409, title: 'This is not possible in the current state' },
  'visit-started': { status: 409, title: 'The visit has started' },
  'window-taken': { status: 409, title: 'The provider is booked at that time' },
  'job-not-open': { status: 409, title: 'The job is not open' },
  'idempotency-in-flight': { status: 409, title: 'The same request is still being answered' },
  'already-approved': { status: 409, title: 'You have approved this payout already' },
  'cursor-expired': { status: 410, title: 'This position is too old to resume from' },
  'precondition-failed': { status: 412, title: 'It has changed since you looked' },
  'payload-too-large': { status: 413, title: 'The body is too large' },
  'uri-too-long': { status: 414, title: 'The address is too long' },
  'unsupported-media-type': { status: 415, title: 'The body must be application/json' },
  'range-not-satisfiable': { status: 416, title: 'The requested range does not exist' },
  'window-in-past': { status: 422, title: 'The window has begun already' },
  'window-too-far': { status: 422, title: 'The window begins too far ahead' },
  'window-too-short': { status: 422, title: 'The window is too short' },
  'window-too-long': { status: 422, title: 'The window is too long' },
  'nonexistent-local-time': { status: 422, title: 'The clocks skip this local time' },
  'unknown-timezone': { status: 422, title: 'There is no such time zone' },
  'reason-required': { status: 422, title: 'A provider who rejects must say why' },
  'not-started': { status: 422, title: 'The window has not begun yet' },
  'same-person': { status: 422, title: 'Customer and provider must be two people' },
  'idempotency-key-reused': { status: 422, title: 'This Idempotency-Key belongs to another request' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'too-many-streams': { status: 429, title: 'Too many open change streams' },
  'too-many-proposals': { status: 429, title: 'Too many proposals for this assignment' },
  'too-many-open-assignments': { status: 429, title: 'Too many unanswered assignments with this provider' },
  'too-many-open-jobs': { status: 429, title: 'Too many open jobs' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'internal-error': { status: 500, title: 'Something failed on our side' },
  unavailable: { status: 503, title: 'This part is away for the moment' },
  'upstream-timeout': { status: 504, title: 'This part did not answer in time' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problems;
export const ProblemCode = z.enum(Object.keys(problems) as ProblemCode[]).meta({ id: 'ProblemCode' });

/** The `type` of a problem: a URI that names the code and is not meant to be fetched. */
export const problemType = (code: ProblemCode): string => `https://punctual.example/problems/${code}`;
