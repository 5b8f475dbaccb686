import { randomUUID } from 'node:crypto';
import {
  type Attributes,
  type Context,
  context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  type Link,
  propagation,
  ROOT_CONTEXT,
  type Span,
  type SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { createClientPropagator } from './client-trace.ts';

const tracer = trace.getTracer('punctual');

/**
 * Makes `traceparent` travel even when no telemetry is exported: problems and timelines name their
 * trace in any case. Does nothing when an SDK has registered its own.
 * @param calledByClients whether requests come from clients, whose sampling is not trusted
 */
export function enableTraceContext({ calledByClients = false } = {}): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  if (calledByClients) propagation.disable();
  propagation.setGlobalPropagator(calledByClients ? createClientPropagator() : new W3CTraceContextPropagator());
}

/** The 32 hex digits of the trace that this code runs in. */
export function currentTraceId(): string | undefined {
  return trace.getSpanContext(context.active())?.traceId;
}

/**
 * The fields of a log line that name the current trace: `traceId` as in problems and timelines,
 * `trace_id` and `span_id` as OpenTelemetry names them.
 */
export function traceFields(): { traceId?: string; trace_id?: string; span_id?: string } {
  const current = trace.getSpanContext(context.active());
  if (!current) return {};
  const { traceId, spanId } = current;
  return { traceId, trace_id: traceId, span_id: spanId };
}

/** The W3C `traceparent` of the span that this code runs in. */
export function currentTraceparent(): string | undefined {
  return traceHeaders().traceparent;
}

/** The headers that hand the current trace on to a neighbour. */
export function traceHeaders(): Record<string, string> {
  return headersOf(context.active());
}

/**
 * Runs `run` in the trace that the headers name, or in a new one; a trace that is active already is
 * kept.
 */
export function inTraceOf<T>(headers: Record<string, unknown>, run: () => T): T {
  const active = context.active();
  // Without traces, the instrumentation makes spans that are in none.
  const known = trace.getSpanContext(active);
  if (known && trace.isSpanContextValid(known)) return run();
  return context.with(withTrace(propagation.extract(trace.deleteSpan(active), headers, defaultTextMapGetter)), run);
}

export type SpanOptions = {
  kind?: SpanKind;
  /**
   * The `traceparent` of what caused this work; without it the current span is the parent. Work
   * that thereby belongs to another trace than the current span's has a link to that span.
   */
  parent?: string | undefined;
  attributes?: Attributes;
  links?: readonly Link[];
};

/** A span that was started and is to be ended once, with what made its work fail, if anything. */
export type StartedSpan = {
  /** Of the span: for what is caused by its work. */
  readonly traceparent: string | undefined;
  readonly link: Link;
  /** Runs something as the span's work. */
  run<T>(work: () => T): T;
  end(...failed: [error?: unknown]): void;
};

export function startSpan(name: string, options: SpanOptions): StartedSpan {
  const parent = options.parent ? contextOf(options.parent) : context.active();
  const { kind, attributes } = options;
  const links = [...(options.links ?? []), ...linkToCurrent(parent)];
  const span = tracer.startSpan(
    name,
    { ...(kind !== undefined && { kind }), ...(attributes && { attributes }), ...(links.length > 0 && { links }) },
    parent,
  );
  const active = withTrace(trace.setSpan(parent, span));
  return {
    get traceparent() {
      return headersOf(active).traceparent;
    },
    link: { context: span.spanContext() },
    run: (work) => context.with(active, work),
    end: (...failed) => {
      if (failed.length > 0) {
        const [error] = failed;
        span.recordException(error instanceof Error ? error : String(error));
        span.setAttribute('error.type', errorType(error));
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    },
  };
}

/** Whether a span is exported, and so are those below it. */
export function isSampled(span: Span): boolean {
  return (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}

/** Adds attributes to the span that this code runs in. */
export function annotateSpan(attributes: Attributes): void {
  trace.getActiveSpan()?.setAttributes(attributes);
}

/** Records an error on the span that this code runs in; once, however many spans it passes. */
export function recordFailure(error: unknown): void {
  trace.getActiveSpan()?.recordException(error instanceof Error ? error : String(error));
}

/** Links of the conventions' default limit. */
const maxLinks = 128;

/** Links the span that this code runs in to what each `traceparent` names. */
export function linkSpanTo(traceparents: readonly (string | null | undefined)[]): void {
  const span = trace.getActiveSpan();
  if (!span?.isRecording()) return;
  const distinct = new Set(traceparents.filter((each) => each !== null && each !== undefined));
  const contexts = [...distinct].map((each) => trace.getSpanContext(contextOf(each)));
  span.addLinks(contexts.flatMap((named) => (named ? [{ context: named }] : [])).slice(0, maxLinks));
}

/** Runs `run` in its own span, which ends with it and records its failure. */
export async function inSpan<T>(name: string, options: SpanOptions, run: () => Promise<T>): Promise<T> {
  const span = startSpan(name, options);
  try {
    const result = await span.run(run);
    span.end();
    return result;
  } catch (error) {
    span.end(error);
    throw error;
  }
}

function contextOf(traceparent: string): Context {
  return propagation.extract(ROOT_CONTEXT, { traceparent }, defaultTextMapGetter);
}

function linkToCurrent(parent: Context): Link[] {
  const current = trace.getSpanContext(context.active());
  const isOther = current && current.traceId !== trace.getSpanContext(parent)?.traceId;
  return isOther && trace.isSpanContextValid(current) ? [{ context: current }] : [];
}

/** A code of the database, the network or the system; else the class of the error. */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER';
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' && /^[A-Z\d_]{1,40}$/.test(code) ? code : error.constructor.name;
}

function headersOf(ctx: Context): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(ctx, headers, defaultTextMapSetter);
  return headers;
}

function withTrace(ctx: Context): Context {
  const known = trace.getSpanContext(ctx);
  if (known && trace.isSpanContextValid(known)) return ctx;
  return trace.setSpanContext(ctx, { traceId: hex(32), spanId: hex(16), traceFlags: TraceFlags.NONE });
}

/**
 * Random digits; a UUID's randomness is drawn in batches, which costs a request less than drawing
 * its own.
 */
function hex(digits: number): string {
  return randomUUID().replaceAll('-', '').slice(-digits);
}
