import { pipeline } from 'node:stream/promises';
import type { ServiceVersion } from '@punctual/contracts/compatibility';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import type { Lifecycle } from '../process/lifecycle.ts';
import type { LevelControl } from '../process/log-level.ts';
import type { Logger } from '../process/logger.ts';
import { isTelemetryOn } from '../telemetry/is-on.ts';
import { nameRoutes } from '../telemetry/name-routes.ts';
import { inTraceOf, recordFailure } from '../telemetry/trace-context.ts';
import { logAccess } from './access-log.ts';
import { announceDeprecation } from './announce-deprecation.ts';
import type { Authenticate } from './authenticate.ts';
import type { HandlerResponse, Route } from './handle.ts';
import { type HealthCheck, live, ready } from './health.ts';
import { HttpProblem, toProblemAnswer } from './http-problem.ts';
import { logLevelRoutes } from './log-level-routes.ts';
import { readBody, readBytes } from './read-body.ts';
import { readRequest } from './read-request.ts';
import { secureAnswers } from './security-headers.ts';

/** The log level, and whether each request is logged. */
export type Logging = { level: LevelControl; access: boolean };

export type HttpAppDeps = {
  logger: Logger;
  lifecycle: Lifecycle;
  authenticate: Authenticate;
  checks: readonly HealthCheck[];
  /** Answered at `/version`. */
  version?: ServiceVersion;
  routes: readonly Route[];
  /** Of the service; without it, requests are not logged and no request changes the level. */
  logging?: Logging;
  /** Runs when the body of a request has arrived, before the route's own function. */
  onceReceived?: RequestHandler;
  /**
   * Mounts what is not an endpoint of the contract, after the trace is known and before everything
   * else but the health.
   */
  extend?: (app: Express) => void;
  /** The paths of what `extend` mounts, by which telemetry names them: `/pages/:name`. */
  extraPaths?: readonly string[];
};

const versionPath = '/version';
const maxUriLength = 8 * 1024;
const verbs = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch' } as const;

/**
 * The HTTP edge of a service. A request is judged in the order of api.md: route, token, shape; what
 * comes after is the handler's. Every refusal is answered as problem+json.
 */
export function createHttpApp(deps: HttpAppDeps): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.use((request, _response, next) => inTraceOf(request.headers, next));
  if (deps.logging?.access) app.use(logAccess(deps.logger));
  app.use(secureAnswers);
  const routes = [...deps.routes, ...(deps.logging ? logLevelRoutes(deps.logging.level) : [])];
  const byPath = Map.groupBy(routes, ({ endpoint }) => endpoint.path);
  if (isTelemetryOn()) app.use(nameRoutes([...byPath.keys(), versionPath, ...(deps.extraPaths ?? [])]));
  app.get('/healthz/live', live);
  app.get('/healthz/ready', ready(deps));
  deps.extend?.(app);
  if (deps.version) app.get(versionPath, sendVersion(deps.version));
  app.use(refuseLongUri);
  for (const [path, routes] of byPath) {
    const route = app.route(path);
    for (const each of routes) route[verbs[each.endpoint.method]](...chain(deps, each));
    route.all(refuseMethod(routes));
  }
  app.use((request) => {
    throw new HttpProblem('not-found', `No resource at ${request.path}.`);
  });
  app.use(answerProblem(deps.logger));
  return app;
}

/**
 * Answers with a problem, as the error handler of the app does; for what is answered outside of it.
 */
export function sendProblem(request: Request, response: Response, error: unknown): void {
  const { status, headers, problem } = toProblemAnswer(error, request.originalUrl);
  // Left over from a successful response that had begun, such as a file.
  for (const name of ofTheResource) response.removeHeader(name);
  response.status(status).set(headers).set('Cache-Control', 'no-store').type('application/problem+json');
  response.send(JSON.stringify(problem));
}

const ofTheResource = ['Accept-Ranges', 'Content-Encoding', 'Content-Range', 'ETag', 'Last-Modified'];

function chain({ authenticate, onceReceived = goOn }: HttpAppDeps, route: Route): RequestHandler[] {
  const { endpoint } = route;
  const identify: RequestHandler = async (request, response, next) => {
    if (endpoint.access !== 'public') response.locals.caller ??= await authenticate(request.get('authorization'));
    next();
  };
  const announce = announceDeprecation(endpoint) ?? [];
  if ('passthrough' in route) return [announce, identify, readBytes, onceReceived, route.passthrough].flat();
  const answer: RequestHandler = async (request, response) => {
    const { caller } = response.locals;
    const parsed = readRequest(endpoint, request, caller);
    if (endpoint.access === 'ops' && !caller.roles.includes('ops')) {
      throw new HttpProblem('forbidden', 'Only ops may do this.');
    }
    const handled = await route.respond(parsed);
    if (handled.stream) await sendStream(response.set(handled.headers ?? {}), handled.stream);
    else send(response, endpoint.success.status, handled);
  };
  return [announce, identify, readBody, onceReceived, answer].flat();
}

function sendVersion(version: ServiceVersion): RequestHandler {
  return (_request, response) => {
    response.set('Cache-Control', 'public, max-age=10').json(version);
  };
}

const goOn: RequestHandler = (_request, _response, next) => next();

/**
 * Past `response.json`, which looks for a charset and copies the text: that shows in the cost of a
 * read (ADR 0009).
 */
function send(
  response: Response,
  success: number,
  { status = success, version, location, replayed, headers, body }: HandlerResponse,
): void {
  const text = JSON.stringify(body);
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.setHeader('Cache-Control', 'no-store');
  if (version !== undefined) response.setHeader('ETag', `"${version}"`);
  if (location !== undefined) response.setHeader('Location', location);
  if (replayed) response.setHeader('Idempotent-Replayed', 'true');
  response.set(headers ?? {}).end(text);
}

async function sendStream(response: Response, { type, chunks }: NonNullable<HandlerResponse['stream']>): Promise<void> {
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
      `${request.method} is not allowed on this path. Allowed: ${allow}.`,
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
        logger.error({ err: error, method: request.method, path: request.path }, 'Response aborted');
      return void response.destroy();
    }
    sendProblem(request, response, error);
    if (response.statusCode < 500) return;
    // What a problem was made of, such as a failed call, has its own span.
    if (!(error instanceof HttpProblem)) recordFailure(error);
    logger.error({ err: error, method: request.method, path: request.path }, 'Request failed');
  };
}
