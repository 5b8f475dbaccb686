import { monitorEventLoopDelay } from 'node:perf_hooks';
import { HttpProblem, type Lifecycle, type Logger, sendProblem } from '@punctual/chassis';
import type { Request, RequestHandler, Response } from 'express';
import type { Config } from '../config.ts';

export type LoadShedding = {
  /** Turns a request away under overload, before any of it is read. */
  readonly admit: RequestHandler;
  /** The same for a request that has arrived, and counts it until its response has left. */
  readonly begin: RequestHandler;
  /** Stops counting a response that stays open. */
  release(response: Response): void;
};

const resolutionMs = 20;
const samplingMs = 1_000;

/**
 * Bounds memory and response times: beyond a number of requests in progress, or when the event loop
 * lags, a request gets 503 at once. A request whose body is still arriving does not count, or slow
 * senders would take the slots of others.
 */
export function shedLoad(deps: { config: Config; logger: Logger; lifecycle: Lifecycle }): LoadShedding {
  const { MAX_REQUESTS_IN_FLIGHT, MAX_EVENT_LOOP_DELAY_MS } = deps.config;
  const inFlight = new Set<Response>();
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  let isLagging = false;

  const sample = () => {
    const delayMs = delay.mean / 1e6 - resolutionMs;
    delay.reset();
    if (isLagging !== delayMs > MAX_EVENT_LOOP_DELAY_MS)
      deps.logger.warn({ delayMs }, 'Event loop delay crossed the limit');
    isLagging = delayMs > MAX_EVENT_LOOP_DELAY_MS;
  };
  delay.enable();
  const sampling = setInterval(sample, samplingMs).unref();
  deps.lifecycle.onShutdown('load shedding', () => {
    clearInterval(sampling);
    delay.disable();
  });

  const isFull = () => isLagging || inFlight.size >= MAX_REQUESTS_IN_FLIGHT;
  return {
    admit: (request, response, next) => (isFull() ? turnAway(request, response) : next()),
    begin: (request, response, next) => {
      if (isFull()) return turnAway(request, response);
      inFlight.add(response);
      response.once('close', () => inFlight.delete(response));
      next();
    },
    release: (response) => inFlight.delete(response),
  };
}

/** Responds here, since the error handler would log each one. */
function turnAway(request: Request, response: Response): void {
  const detail = 'The service is overloaded. Try again.';
  sendProblem(request, response, new HttpProblem('unavailable', detail, {}, { 'Retry-After': '1' }));
}
