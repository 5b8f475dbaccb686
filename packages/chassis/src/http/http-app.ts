import { pipeline } from 'node:stream/promises';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import type { Lifecycle } from '../process/lifecycle.ts';
import type { Logger } from '../process/logger.ts';
import { nameRoutes } from '../telemetry/name-routes.ts';
import { inTraceOf } from '../telemetry/trace-context.ts';
import type { Authenticate } from './authenticate.ts';
import type { Handled, Route } from './handle.ts';
import { type HealthCheck, live, ready } from './health.ts';
import { HttpProblem, toProblemAnswer } from './http-problem.ts';
import { readBody, readBytes } from './read-body.ts';
import { readRequest } from './read-request.ts';
import { secureAnswers } from './security-headers.ts';

export type HttpAppDeps = {
  logger: Logger;
  lifecycle: Lifecycle;
  authenticate: Authenticate;
  checks: readonly HealthCheck[];
  routes: readonly Route[];
  /** Run before everything else, the health too. */
  guards?: readonly RequestHandler[];
  /** Runs when the body of a request has arrived, before the route's own function. */
  onceReceived?: RequestHandler;
  /** Mounts what is not an endpoint of the contract, after the trace is known and before everything else but the health. */
  extend?: (app: Express) => void;
  /** The paths of what `extend` mounts, by which telemetry names them: `/pages/:name`. */
  extraPaths?: readonly string[];
};

const maxUriLength = 8 * 1024;
const verbs = { GET: 'get', POST: 'post', PUT: 'put' } as const;

/**
 * The HTTP edge of a service. A request is judged in the order of api.md: route, token, shape; what comes after is the
 * handler's. Every refusal is answered as problem+json.
 */
export function createHttpApp(deps: HttpAppDeps): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.use((request, _response, next) => inTraceOf(request.headers, next));
  app.use(secureAnswers);
  const byPath = Map.groupBy(deps.routes, ({ endpoint }) => endpoint.path);
  app.use(nameRoutes([...byPath.keys(), ...(deps.extraPaths ?? [])]));
  for (const guard of deps.guards ?? []) app.use(guard);
  app.get('/healthz/live', live);
  app.get('/healthz/ready', ready(deps));
  deps.extend?.(app);
  app.use(refuseLongUri);
  for (const [path, routes] of byPath) {
    const route = app.route(path);
    for (const each of routes) route[verbs[each.endpoint.method]](...chain(deps, each));
    route.all(refuseMethod(routes));
  }
  app.use((request) => {
    throw new HttpProblem('not-found', `There is nothing at ${request.path}.`);
  });
  app.use(answerProblem(deps.logger));
  return app;
}

/** Answers with a problem, as the error handler of the app does; for what is answered outside of it. */
export function sendProblem(request: Request, response: Response, error: unknown): void {
  const { status, headers, problem } = toProblemAnswer(error, request.originalUrl);
  // Set by whoever began a good answer, such as a file's.
  for (const name of ofTheResource) response.removeHeader(name);
  response.status(status).set(headers).set('Cache-Control', 'no-store').type('application/problem+json');
  response.send(JSON.stringify(problem));
}

const ofTheResource = ['Accept-Ranges', 'Content-Encoding', 'Content-Range', 'ETag', 'Last-Modified'];

function chain({ authenticate, onceReceived = goOn }: HttpAppDeps, route: Route): RequestHandler[] {
  const { endpoint } = route;
  const identify: RequestHandler = async (request, response, next) => {
    if (endpoint.access === 'token') response.locals.caller ??= await authenticate(request.get('authorization'));
    next();
  };
  if ('relay' in route) return [identify, readBytes, onceReceived, route.relay];
  const answer: RequestHandler = async (request, response) => {
    const handled = await route.respond(readRequest(endpoint, request, response.locals.caller));
    if (handled.stream) await sendStream(response, handled.stream);
    else send(response, endpoint.success.status, handled);
  };
  return [identify, readBody, onceReceived, answer];
}

const goOn: RequestHandler = (_request, _response, next) => next();

/** Past `response.json`, which looks for a charset and copies the text: that shows in the cost of a read (ADR 0009). */
function send(
  response: Response,
  success: number,
  { status = success, version, location, headers, body }: Handled,
): void {
  const text = JSON.stringify(body);
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.setHeader('Cache-Control', 'no-store');
  if (version !== undefined) response.setHeader('ETag', `"${version}"`);
  if (location !== undefined) response.setHeader('Location', location);
  response.set(headers ?? {}).end(text);
}

async function sendStream(response: Response, { type, chunks }: NonNullable<Handled['stream']>): Promise<void> {
  response.setHeader('Content-Type', type);
  response.setHeader('Cache-Control', 'no-store');
  await pipeline(chunks, response);
}

const refuseLongUri: RequestHandler = (request, _response, next) => {
  if (request.originalUrl.length > maxUriLength) throw new HttpProblem('uri-too-long', 'The URI is longer than 8 KiB.');
  next();
};

function refuseMethod(routes: readonly Route[]): RequestHandler {
  const methods = routes.flatMap(({ endpoint }) => (endpoint.method === 'GET' ? ['GET', 'HEAD'] : [endpoint.method]));
  const allow = methods.join(', ');
  return (request) => {
    throw new HttpProblem(
      'method-not-allowed',
      `${request.method} is not for this path; ${allow} is.`,
      {},
      { Allow: allow },
    );
  };
}

function answerProblem(logger: Logger): ErrorRequestHandler {
  return (error, request, response, _next) => {
    // Such as the 429 of a request that was given up while its body was awaited.
    if (response.writableEnded) return;
    if (response.headersSent) {
      // Express would print the error as it is. A client that leaves is none.
      if (error?.code !== 'ERR_STREAM_PREMATURE_CLOSE')
        logger.error({ err: error, method: request.method, path: request.path }, 'an answer broke off');
      return void response.destroy();
    }
    sendProblem(request, response, error);
    if (response.statusCode >= 500)
      logger.error({ err: error, method: request.method, path: request.path }, 'request failed');
  };
}
