import { type Request, type RequestHandler, type Response, Router } from 'express';
import { type FindRoute, findRouteBy } from './server-requests.ts';

/**
 * Sets the route of a request, such as `/assignments/{id}`, on its server span and on
 * `http.server.request.duration`. Mount it before everything that may refuse the request, so that
 * refusals carry the route too.
 * @param paths in Express's form, in the order in which they are matched
 */
export function nameRoutes(paths: Iterable<string>): RequestHandler {
  const names = new Map(Array.from(paths, (path) => [path, path.replaceAll(/[:*](\w+)/g, '{$1}')]));
  const match = matcher(names);
  const find: FindRoute = (request) => {
    const { route, originalUrl, method } = request as Request;
    // Matching all paths costs more than the rest of the measurement. It is left to requests that
    // were refused before Express had found their route.
    return names.get(route?.path) ?? match(method, originalUrl);
  };
  return (request, _response, next) => {
    findRouteBy(find, request);
    next();
  };
}

function matcher(names: ReadonlyMap<string, string>): (method: string, url: string) => string | undefined {
  let found: string | undefined;
  const router = Router();
  for (const [path, name] of names) {
    router.all(path, (_request, _response, next) => {
      found = name;
      next('router');
    });
  }
  return (method, url) => {
    found = undefined;
    // A path that cannot be decoded has no route. Nothing here waits, so the answer is known at once.
    router({ method, url } as Request, {} as Response, () => {});
    return found;
  };
}
