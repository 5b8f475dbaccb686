import { context } from '@opentelemetry/api';
import { getRPCMetadata, type RPCMetadata } from '@opentelemetry/core';
import { type RequestHandler, Router } from 'express';

/**
 * Sets the route of a request, such as `/assignments/{id}`, on its server span and on
 * `http.server.request.duration`. Mount it before everything that may refuse the request, so that
 * refusals carry the route too. Does nothing while telemetry is off.
 * @param paths in Express's form, in the order in which they are matched
 */
export function nameRoutes(paths: Iterable<string>): RequestHandler {
  const router = Router();
  for (const path of paths) {
    const route = path.replaceAll(/[:*](\w+)/g, '{$1}');
    router.all(path, (_request, _response, next) => {
      const metadata = instrumented();
      if (metadata) metadata.route = route;
      next('router');
    });
  }
  return (request, response, next) => {
    if (!instrumented()) return next();
    // A path that cannot be decoded has no route. The app's own router refuses it later.
    router(request, response, () => next());
  };
}

function instrumented(): RPCMetadata | undefined {
  return getRPCMetadata(context.active());
}
