import { type Context, INVALID_TRACEID, type Span, TraceFlags, trace } from '@opentelemetry/api';
import { isNamedByClient } from './client-trace.ts';

/**
 * The unsampled span of a context, which stands for all spans below it where samplers follow their
 * parent: none of them is exported, so none needs an id, attributes or a decision. Undefined where a
 * sampler has to decide.
 */
export function unsampledSpan(context: Context): Span | undefined {
  const span = trace.getSpan(context);
  if (!span || isNamedByClient(context)) return undefined;
  const { traceId, traceFlags } = span.spanContext();
  return traceId !== INVALID_TRACEID && (traceFlags & TraceFlags.SAMPLED) === 0 ? span : undefined;
}
