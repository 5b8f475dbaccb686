import {
  type Attributes,
  type AttributeValue,
  context,
  ProxyTracerProvider,
  type Span,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import { serializeError, withoutCredentials } from '../process/serialize-error.ts';
import { cutAtValue, withoutLiterals } from '../process/without-values.ts';
import { followsParents } from './sampler.ts';
import { unsampledSpan } from './unsampled.ts';

/** The statement, by the semantic conventions of today and of before. */
const statements = new Set(['db.query.text', 'db.statement']);
/** What may have the query of a URL, by the same. */
const urls = new Set(['url.full', 'http.url', 'http.target']);

/**
 * Keeps what users wrote out of exported spans: SQL may have values as literals, a query may have
 * what somebody searches for, and instrumentations export the messages of databases as they are. An
 * error that passes several spans is recorded on the first of them, which is where it was thrown.
 * Below an unsampled span, no other one is started. Call it once the SDK has registered its provider.
 */
export function guardSpans(): void {
  const provider = trace.getTracerProvider();
  if (provider instanceof ProxyTracerProvider) provider.setDelegate(guardProvider(provider.getDelegate()));
}

function guardProvider(provider: TracerProvider): TracerProvider {
  const follows = followsParents();
  const recorded = new WeakSet<object>();
  const getTracer: TracerProvider['getTracer'] = (...named) =>
    guardTracer(provider.getTracer(...named), recorded, follows);
  return Object.assign(Object.create(provider), { getTracer });
}

function guardTracer(tracer: Tracer, recorded: WeakSet<object>, follows: boolean): Tracer {
  // `startActiveSpan` of the SDK starts its span by this as well.
  const startSpan: Tracer['startSpan'] = (name, options = {}, above = context.active()) => {
    const unsampled = follows && !options.root ? unsampledSpan(above) : undefined;
    if (unsampled) return unsampled;
    const { attributes } = options;
    const started = attributes ? { ...options, attributes: guarded(attributes) } : options;
    return guardSpan(tracer.startSpan(name, started, above), recorded);
  };
  return Object.assign(Object.create(tracer), { startSpan });
}

function guardSpan(span: Span, recorded: WeakSet<object>): Span {
  if (!span.isRecording()) return span;
  const { setAttribute, setAttributes, setStatus, recordException } = span;
  span.setAttribute = (name, value) => setAttribute.call(span, name, guardedValue(name, value));
  span.setAttributes = (attributes) => setAttributes.call(span, guarded(attributes));
  span.setStatus = ({ code, message }) =>
    setStatus.call(span, { code, ...(message !== undefined && { message: withoutCredentials(cutAtValue(message)) }) });
  span.recordException = (exception, time) => {
    if (typeof exception === 'object') {
      if (recorded.has(exception)) return;
      recorded.add(exception);
    }
    recordException.call(span, describe(exception), time);
  };
  return span;
}

function guarded(attributes: Attributes): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      value === undefined ? undefined : guardedValue(name, value),
    ]),
  );
}

function guardedValue(name: string, value: AttributeValue): AttributeValue {
  if (typeof value !== 'string') return value;
  if (name === 'url.query') return '';
  if (urls.has(name)) return value.replace(/\?.*$/s, '');
  return statements.has(name) ? withoutLiterals(value) : value;
}

function describe(exception: Parameters<Span['recordException']>[0]) {
  const described = serializeError(exception instanceof Error ? exception : String(exception));
  if (typeof described === 'string') return described;
  const { type, message, stack } = described;
  return { name: String(type), message: String(message), stack: String(stack) };
}
