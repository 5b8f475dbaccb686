import { endpoints } from '@punctual/contracts';
import cors from 'cors';
import type { RequestHandler } from 'express';

/** The request headers of the contract that a browser asks about first. */
const contractHeaders = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'Last-Event-ID',
];
/** What the tracing of a page adds to each request (W3C Trace Context and Baggage). */
const tracingHeaders = ['traceparent', 'tracestate', 'baggage'];

/**
 * Lets pages of these origins call the API, with a bearer token and never with cookies. It answers their preflights, which
 * ask with a method that no route has.
 */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  const answer = cors({
    origin: [...origins],
    methods: [...new Set(Object.values(endpoints).map(({ method }) => method))],
    allowedHeaders: [...contractHeaders, ...tracingHeaders],
    exposedHeaders: [
      'Allow',
      'ETag',
      'Idempotent-Replayed',
      'Location',
      'Retry-After',
      'WWW-Authenticate',
      'X-Request-Id',
    ],
    maxAge: 600,
  });
  return (request, response, next) => {
    const isPreflight = request.get('access-control-request-method') !== undefined;
    if (request.method === 'OPTIONS' && !isPreflight) return next();
    answer(request, response, next);
  };
}
