import { errorMonitor } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import {
  type Attributes,
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { histogram } from './instruments.ts';
import { isTelemetryOn } from './is-on.ts';
import { knownMethod, requestAttributes } from './request-attributes.ts';

/** Returns the route of a request that has been answered, such as `/assignments/{id}`. */
export type FindRoute = (request: IncomingMessage) => string | undefined;

const tracer = trace.getTracer('punctual');
const routeFinders = new WeakMap<IncomingMessage, FindRoute>();

/**
 * Measures the requests that `listener` answers and runs it in their server spans. Health checks
 * have neither. Returns `listener` itself while telemetry is off.
 */
export function observeRequests(listener: RequestListener): RequestListener {
  if (!isTelemetryOn()) return listener;
  const duration = histogram('http.server.request.duration');
  return (request, response) => {
    if (request.url?.startsWith('/healthz'))
      return context.with(suppressTracing(context.active()), () => listener(request, response));

    const start = performance.now();
    const { method = 'GET' } = request;
    const parent = propagation.extract(ROOT_CONTEXT, request.headers);
    const span = tracer.startSpan(method, { kind: SpanKind.SERVER }, parent);
    if (span.isRecording()) span.setAttributes(requestAttributes(request));
    let hasEnded = false;
    const end = (error?: Error) => {
      if (hasEnded) return;
      hasEnded = true;
      const answer = error ? { 'error.type': error.name } : answerAttributes(request, response);
      duration.record((performance.now() - start) / 1_000, {
        'http.request.method': knownMethod(method),
        'url.scheme': 'http',
        'network.protocol.version': request.httpVersion,
        ...answer,
      });
      if (!span.isRecording()) return;
      span.setAttributes(answer);
      if (answer['http.route']) span.updateName(`${method} ${answer['http.route']}`);
      if (error) span.recordException(error);
      if (answer['error.type'])
        span.setStatus({ code: SpanStatusCode.ERROR, ...(error && { message: error.message }) });
      span.end();
    };
    response.once('close', () => end());
    response.once(errorMonitor, end);
    context.with(trace.setSpan(parent, span), () => listener(request, response));
  };
}

/** Sets how the route of a request is found once it has been answered. */
export function findRouteBy(find: FindRoute, request: IncomingMessage): void {
  routeFinders.set(request, find);
}

function answerAttributes(request: IncomingMessage, { statusCode }: ServerResponse): Attributes {
  const attributes: Attributes = { 'http.response.status_code': statusCode };
  const route = routeFinders.get(request)?.(request);
  if (route !== undefined) attributes['http.route'] = route;
  if (statusCode >= 500) attributes['error.type'] = String(statusCode);
  return attributes;
}
