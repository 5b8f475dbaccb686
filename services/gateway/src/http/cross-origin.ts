import cors from 'cors';
import type { RequestHandler } from 'express';

/**
 * Lets pages of these origins call the API, with a bearer token and never with cookies. It answers their preflights, which
 * ask with a method that no route has.
 */
export function allowOrigins(origins: readonly string[]): RequestHandler {
  const answer = cors({
    origin: [...origins],
    methods: ['GET', 'POST', 'PUT'],
    allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match', 'Last-Event-ID', 'traceparent'],
    exposedHeaders: ['ETag', 'Idempotent-Replayed', 'Location', 'Retry-After', 'WWW-Authenticate', 'X-Request-Id'],
    maxAge: 600,
  });
  return (request, response, next) => {
    const isPreflight = request.get('access-control-request-method') !== undefined;
    if (request.method === 'OPTIONS' && !isPreflight) return next();
    answer(request, response, next);
  };
}
