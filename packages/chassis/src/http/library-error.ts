import type { ProblemCode } from '@punctual/contracts';
import type { ProblemExtras } from '../domain/domain-error.ts';

/** What a problem is made of: code, detail, extras, headers. */
type Refusal = [ProblemCode, string, ProblemExtras?, Record<string, string>?];

/** By the status of the error. Any other 4xx is a request that cannot be read. */
const byStatus: Readonly<Record<number, Refusal>> = {
  401: ['unauthenticated', 'A bearer token is required.', {}, { 'WWW-Authenticate': 'Bearer' }],
  403: ['forbidden', 'This is not allowed.'],
  404: ['not-found', 'No resource at this path.'],
  408: ['request-timeout', 'The request did not arrive in time.'],
  412: ['precondition-failed', 'A precondition in the request headers does not hold.'],
  413: ['payload-too-large', 'The body is larger than 64 KiB.'],
  414: ['uri-too-long', 'The URI is longer than 8 KiB.'],
  415: ['unsupported-media-type', 'The media type, charset or content encoding of the body is not supported.'],
  416: ['range-not-satisfiable', 'The requested range is outside the resource.'],
  429: ['rate-limited', 'Too many requests. Wait a moment.', {}, { 'Retry-After': '1' }],
  431: ['headers-too-large', 'The headers are larger than 64 KiB.'],
};

/**
 * Reads an error by which Express or a library behind it refuses a request: one with the same 4xx
 * in `status` and `statusCode`, as `http-errors` makes them. Errors of clients that we call others
 * with, such as Stripe's, lack one of them.
 */
export function fromLibrary(error: unknown): Refusal | undefined {
  if (!(error instanceof Error) || !('status' in error) || !('statusCode' in error)) return undefined;
  const { status, statusCode } = error;
  if (status !== statusCode || typeof status !== 'number' || status < 400 || status > 499) return undefined;
  const [code, detail, extras = {}, headers = {}] = byStatus[status] ?? unreadable(error);
  return [code, detail, extras, { ...headers, ...(status === 416 && contentRange(error)) }];
}

function unreadable(error: Error): Refusal {
  // The body parser names the fault by a `type`, a decompressor by a `code`.
  if ('type' in error || 'code' in error) return ['malformed-body', 'The body cannot be read.'];
  const [detail, message] =
    error instanceof URIError
      ? ['The path cannot be decoded.', 'is not percent-encoded UTF-8']
      : ['The request cannot be read.', 'cannot be read'];
  return ['validation-failed', detail, { errors: [{ path: '', message }] }];
}

/** How long the resource is, which a client needs to ask again. */
function contentRange(error: Error): Record<string, string> {
  const headers = 'headers' in error && typeof error.headers === 'object' ? error.headers : null;
  const range = headers && 'Content-Range' in headers ? headers['Content-Range'] : undefined;
  return typeof range === 'string' ? { 'Content-Range': range } : {};
}
