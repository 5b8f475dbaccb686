import express, { type Express } from 'express';
import type { Lifecycle } from '../process/lifecycle.ts';
import { inTraceOf } from '../telemetry/trace-context.ts';
import { live } from './health.ts';
import { sendProblem } from './http-app.ts';
import { HttpProblem } from './http-problem.ts';
import { secureAnswers } from './security-headers.ts';

/**
 * Marks the answers of a service that has not started. Nothing was done, so any request may be sent
 * to another instance.
 */
export const startingHeader = 'x-punctual-starting';

/**
 * Answers while a service starts: the process is live, not ready, and every other request is 503
 * `unavailable`.
 */
export function createStartingApp({ stopping }: Pick<Lifecycle, 'stopping'>): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.use((request, _response, next) => inTraceOf(request.headers, next));
  app.use(secureAnswers);
  app.get('/healthz/live', live);
  app.get('/healthz/ready', (_request, response) => {
    response.status(503).set('Cache-Control', 'no-store');
    response.json({ status: stopping.aborted ? 'stopping' : 'starting', checks: {} });
  });
  app.use((request, response) => {
    const headers = { 'Retry-After': '1', [startingHeader]: '1' };
    const starting = new HttpProblem('unavailable', 'The service is starting. Try again.', {}, headers);
    sendProblem(request, response, starting);
  });
  return app;
}
