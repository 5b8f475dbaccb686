import { type Context, createContextKey, type TextMapPropagator, TraceFlags, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';

const namedByClient = createContextKey('The client has named this trace');

/**
 * The propagator of the process that clients call. It keeps the trace that a client names, but
 * trusts neither its decision to sample nor its `tracestate`, and ignores its baggage.
 */
export function createClientPropagator(): TextMapPropagator {
  const w3c = new W3CTraceContextPropagator();
  return {
    inject: (...into) => w3c.inject(...into),
    extract: (context, ...from) => {
      const named = trace.getSpanContext(w3c.extract(context, ...from));
      if (!named) return context;
      const { traceId, spanId } = named;
      const untrusted = { traceId, spanId, traceFlags: TraceFlags.NONE, isRemote: true };
      return trace.setSpanContext(context, untrusted).setValue(namedByClient, true);
    },
    fields: () => w3c.fields(),
  };
}

/** Whether the parent in this context is a client's span. */
export function isNamedByClient(context: Context): boolean {
  return context.getValue(namedByClient) === true && trace.getSpanContext(context)?.isRemote === true;
}
