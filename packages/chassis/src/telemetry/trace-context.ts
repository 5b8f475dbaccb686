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
  type SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';

const tracer = trace.getTracer('punctual');

/**
 * Makes `traceparent` travel even when no telemetry is exported: problems and timelines name their
 * trace in any case. Does nothing when an SDK has registered its own.
 */
export function enableTraceContext(): void {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
}

/** The 32 hex digits of the trace that this code runs in. */
export function currentTraceId(): string | undefined {
  return trace.getSpanContext(context.active())?.traceId;
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
  if (trace.getSpanContext(context.active())) return run();
  return context.with(withTrace(propagation.extract(ROOT_CONTEXT, headers, defaultTextMapGetter)), run);
}

export type SpanOptions = {
  kind?: SpanKind;
  /** The `traceparent` of what caused this work; without it the current span is the parent. */
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
  const parent = options.parent
    ? propagation.extract(ROOT_CONTEXT, { traceparent: options.parent }, defaultTextMapGetter)
    : context.active();
  const { kind, attributes, links } = options;
  const span = tracer.startSpan(
    name,
    { ...(kind !== undefined && { kind }), ...(attributes && { attributes }), ...(links && { links: [...links] }) },
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
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    },
  };
}

/** Runs `run` in a span of its own, which ends with it and tells of its failure. */
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
