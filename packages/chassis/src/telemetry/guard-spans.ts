import { ProxyTracerProvider, type Span, type Tracer, type TracerProvider, trace } from '@opentelemetry/api';
import { serializeError, withoutCredentials } from '../process/serialize-error.ts';
import { cutAtValue, withoutLiterals } from '../process/without-values.ts';

/** The statement, by the semantic conventions of today and of before. */
const statements = new Set(['db.query.text', 'db.statement']);

/**
 * Keeps what users wrote out of exported spans: the mapper puts parameters into its SQL as literals, and instrumentations export the
 * messages of databases as they are. To be called once the SDK has registered its provider.
 */
export function guardSpans(): void {
  const provider = trace.getTracerProvider();
  if (provider instanceof ProxyTracerProvider) provider.setDelegate(guardProvider(provider.getDelegate()));
}

function guardProvider(provider: TracerProvider): TracerProvider {
  const getTracer: TracerProvider['getTracer'] = (...named) => guardTracer(provider.getTracer(...named));
  return Object.assign(Object.create(provider), { getTracer });
}

function guardTracer(tracer: Tracer): Tracer {
  // `startActiveSpan` of the SDK starts its span by this as well.
  const startSpan: Tracer['startSpan'] = (...started) => guardSpan(tracer.startSpan(...started));
  return Object.assign(Object.create(tracer), { startSpan });
}

function guardSpan(span: Span): Span {
  if (!span.isRecording()) return span;
  const { setAttribute, setStatus, recordException } = span;
  span.setAttribute = (name, value) =>
    setAttribute.call(span, name, statements.has(name) && typeof value === 'string' ? withoutLiterals(value) : value);
  span.setStatus = ({ code, message }) =>
    setStatus.call(span, { code, ...(message !== undefined && { message: withoutCredentials(cutAtValue(message)) }) });
  span.recordException = (exception, time) => recordException.call(span, describe(exception), time);
  return span;
}

function describe(exception: Parameters<Span['recordException']>[0]) {
  const described = serializeError(exception instanceof Error ? exception : String(exception));
  if (typeof described === 'string') return described;
  const { type, message, stack } = described;
  return { name: String(type), message: String(message), stack: String(stack) };
}
