import { randomUUID } from 'node:crypto';
import { currentTraceId } from '@punctual/chassis';
import type { RequestHandler } from 'express';

/**
 * Sets `X-Request-Id` on every response: the id that finds it in traces and logs. A client's own is
 * ignored.
 */
export const setRequestId: RequestHandler = (_request, response, next) => {
  response.set('X-Request-Id', currentTraceId() ?? randomUUID());
  next();
};
