import { context, defaultTextMapGetter, defaultTextMapSetter, propagation, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, expect, test, vi } from 'vitest';
import { createClientPropagator } from '../src/telemetry/client-trace.ts';
import { readSampler } from '../src/telemetry/sampler.ts';
import { enableTraceContext } from '../src/telemetry/trace-context.ts';

enableTraceContext();
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parent = (flags: string, id = traceId) => `00-${id}-00f067aa0ba902b7-${flags}`;
/** A ratio always samples it, since the exclusive or of its four parts is 0. */
const luckyTraceId = '11111111'.repeat(4);

afterEach(() => vi.unstubAllEnvs());

/** Starts a span below the headers of a request, as the instrumentation of HTTP does. */
function startBelow(propagator: typeof propagation | ReturnType<typeof createClientPropagator>, sampler: string[]) {
  const [name = '', ratio = ''] = sampler;
  vi.stubEnv('OTEL_TRACES_SAMPLER', name);
  vi.stubEnv('OTEL_TRACES_SAMPLER_ARG', ratio);
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    sampler: readSampler(),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer('test');
  return (headers: Record<string, string>) => {
    const ctx = propagator.extract(context.active(), headers, defaultTextMapGetter);
    const span = tracer.startSpan('request', {}, ctx);
    const child = tracer.startSpan('child', {}, trace.setSpan(ctx, span));
    expect(child.isRecording()).toBe(span.isRecording());
    return { span, ctx };
  };
}

test('a client cannot force sampling, and its trace goes on', () => {
  const start = startBelow(createClientPropagator(), ['parentbased_traceidratio', '0']);
  const { span } = start({ traceparent: parent('01') });
  expect(span.isRecording()).toBe(false);
  expect(span.spanContext().traceId).toBe(traceId);
});

test('a client cannot prevent sampling', () => {
  const start = startBelow(createClientPropagator(), ['parentbased_traceidratio', '1']);
  expect(start({ traceparent: parent('00') }).span.isRecording()).toBe(true);
});

test('a client cannot force sampling by the trace id it chooses', () => {
  const start = startBelow(createClientPropagator(), ['parentbased_traceidratio', '0.1']);
  const sampled = Array.from({ length: 2_000 }, () =>
    Number(start({ traceparent: parent('01', luckyTraceId) }).span.isRecording()),
  ).reduce((sum, each) => sum + each, 0);
  expect(sampled).toBeGreaterThan(100);
  expect(sampled).toBeLessThan(350);
});

test('a service follows the decision of the gateway', () => {
  const w3c = new W3CTraceContextPropagator();
  const never = startBelow(w3c, ['parentbased_traceidratio', '0']);
  expect(never({ traceparent: parent('01') }).span.isRecording()).toBe(true);
  const always = startBelow(w3c, ['']);
  expect(always({ traceparent: parent('00') }).span.isRecording()).toBe(false);
  expect(always({}).span.isRecording()).toBe(true);
});

test("a client's tracestate and baggage go no further", () => {
  const propagator = createClientPropagator();
  const start = startBelow(propagator, ['']);
  const { span, ctx } = start({ traceparent: parent('01'), tracestate: 'ot=th:0', baggage: 'role=ops' });
  const headers: Record<string, string> = {};
  propagator.inject(trace.setSpan(ctx, span), headers, defaultTextMapSetter);
  expect(Object.keys(headers)).toEqual(['traceparent']);
  expect(propagation.getBaggage(ctx)).toBeUndefined();
});

test('an invalid traceparent of a client begins a new trace', () => {
  const start = startBelow(createClientPropagator(), ['']);
  for (const traceparent of ['00-xyz', parent('01', '0'.repeat(32)), ''])
    expect(start({ traceparent }).span.spanContext().traceId).not.toBe(traceId);
});
