import { AsyncResource } from 'node:async_hooks';
import type { RequestHandler } from 'express';
import type { Logger } from '../process/logger.ts';

/**
 * Logs each request when its response is closed: without its query, its body and its client.
 * Health checks are left out.
 */
export function logAccess(logger: Logger): RequestHandler {
  return (request, response, next) => {
    if (request.path.startsWith('/healthz')) return next();
    const start = performance.now();
    const { method, path } = request;
    const log = () => {
      const route: unknown = request.route?.path;
      const durationMs = Math.round(performance.now() - start);
      logger.info(
        { method, path, ...(typeof route === 'string' && { route }), status: response.statusCode, durationMs },
        'Request',
      );
    };
    // In the trace of the request, not in that of whatever closes the connection.
    response.once('close', AsyncResource.bind(log));
    next();
  };
}
