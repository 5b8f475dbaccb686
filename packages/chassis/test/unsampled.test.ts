import { defaultTextMapGetter, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { type ReadableSpan, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, expect, test, vi } from 'vitest';
import { createClientPropagator } from '../src/telemetry/client-trace.ts';
import { guardSpans } from '../src/telemetry/guard-spans.ts';
import { readSampler } from '../src/telemetry/sampler.ts';
import { enableTraceContext } from '../src/telemetry/trace-context.ts';

enableTraceContext();

afterEach(() => {
  trace.disable();
  vi.unstubAllEnvs();
});

/** Registers an SDK. Returns the names of the spans that it exports. */
function startSdk(sampler: string, ratio = ''): string[] {
  vi.stubEnv('OTEL_TRACES_SAMPLER', sampler);
  vi.stubEnv('OTEL_TRACES_SAMPLER_ARG', ratio);
  const names: string[] = [];
  const processor = {
    onStart: () => {},
    onEnd: ({ name }: ReadableSpan) => names.push(name),
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  trace.setGlobalTracerProvider(new TracerProvider({ sampler: readSampler(), spanProcessors: [processor] }));
  guardSpans();
  return names;
}

const from = (propagator: Pick<W3CTraceContextPropagator, 'extract'>, flags: string) =>
  propagator.extract(
    ROOT_CONTEXT,
    { traceparent: `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-${flags}` },
    defaultTextMapGetter,
  );
const neighbour = new W3CTraceContextPropagator();
const client = createClientPropagator();
/** Runs a span within another one. */
const nest = (above: typeof ROOT_CONTEXT) =>
  trace.getTracer('test').startActiveSpan('outer', {}, above, (outer) => {
    trace.getTracer('test').startActiveSpan('inner', (inner) => inner.end());
    outer.end();
  });
const spanBelow = (above: typeof ROOT_CONTEXT) => trace.getTracer('test').startSpan('request', {}, above);

test('below an unsampled span there is no other one', () => {
  const exported = startSdk('parentbased_always_on');
  const above = from(neighbour, '00');
  expect(spanBelow(above)).toBe(trace.getSpan(above));
  nest(above);
  expect(exported).toEqual([]);
});

test('below a sampled span each one is exported', () => {
  const exported = startSdk('parentbased_traceidratio', '0');
  nest(from(neighbour, '01'));
  expect(exported).toEqual(['inner', 'outer']);
});

test('the flag of a client decides nothing', () => {
  startSdk('parentbased_traceidratio', '1');
  expect(spanBelow(from(client, '00')).isRecording()).toBe(true);
  trace.disable();
  startSdk('parentbased_traceidratio', '0');
  expect(spanBelow(from(client, '01')).isRecording()).toBe(false);
});

test('what the sampler of a client decided holds for all spans below', () => {
  const exported = startSdk('parentbased_traceidratio', '0');
  const above = from(client, '01');
  const request = spanBelow(above);
  expect(spanBelow(trace.setSpan(above, request))).toBe(request);
  expect(exported).toEqual([]);
});

test('a sampler that ignores parents is asked for each span', () => {
  startSdk('always_on');
  expect(spanBelow(from(neighbour, '00')).isRecording()).toBe(true);
});
