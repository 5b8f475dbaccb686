import { randomUUID } from 'node:crypto';
import { currentTraceId } from '@punctual/chassis';
import type { RequestHandler } from 'express';

/** Gives every answer, good or bad, the id by which it is found in traces and logs; a client's own is not taken over. */
export const nameRequest: RequestHandler = (_request, response, next) => {
  response.set('X-Request-Id', currentTraceId() ?? randomUUID());
  next();
};
