import { monitorEventLoopDelay } from 'node:perf_hooks';
import { HttpProblem, type Lifecycle, type Logger, sendProblem } from '@punctual/chassis';
import type { Request, RequestHandler, Response } from 'express';
import type { GatewayConfig } from '../config.ts';

export type LoadShedding = {
  /** Turns a request away while there is more to do than can be done, before anything of it is read. */
  readonly admit: RequestHandler;
  /** The same, and takes a place until the answer has left: for a request that has arrived as a whole. */
  readonly begin: RequestHandler;
  /** This answer stays open for long and no longer counts as work in progress. */
  release(response: Response): void;
};

const resolutionMs = 20;
const samplingMs = 1_000;

/**
 * Keeps memory and answer times bounded: beyond a number of requests in progress, or when the event loop lags, a request is answered 503 at
 * once. A request whose body is still on its way takes no place: a slow sender would keep it from others.
 */
export function shedLoad(deps: { config: GatewayConfig; logger: Logger; lifecycle: Lifecycle }): LoadShedding {
  const { MAX_REQUESTS_IN_FLIGHT, MAX_EVENT_LOOP_DELAY_MS } = deps.config;
  const inFlight = new Set<Response>();
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  let isLagging = false;

  const sample = () => {
    const delayMs = delay.mean / 1e6 - resolutionMs;
    delay.reset();
    if (isLagging !== delayMs > MAX_EVENT_LOOP_DELAY_MS)
      deps.logger.warn({ delayMs }, 'the event loop lags or recovers');
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

/** Answers here, since an error's way out would log each of them. */
function turnAway(request: Request, response: Response): void {
  const detail = 'There is too much to do at the moment. Try again.';
  sendProblem(request, response, new HttpProblem('unavailable', detail, {}, { 'Retry-After': '1' }));
}
