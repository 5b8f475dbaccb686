import { expect, test } from 'vitest';
import { isOfTelemetry } from './flush.ts';

const raisedIn = (...frames: string[]) =>
  Object.assign(new Error('refused'), {
    stack: ['Error: refused', ...frames.map((frame) => `    at ${frame}`)].join('\n'),
  });

const exporter = 'send (/app/node_modules/@opentelemetry/otlp-exporter-base/dist/send.mjs:12:3)';
const instrumentation = 'run (/app/node_modules/@opentelemetry/instrumentation-http/dist/http.mjs:283:4)';
const handler = 'confirm (file:///app/services/scheduling/src/commands/confirm.ts:20:9)';

test('an SDK error is recognized by its stack', () => {
  expect(isOfTelemetry(raisedIn('processTicksAndRejections (node:internal/process/task_queues:103:5)', exporter))).toBe(
    true,
  );
});

test('an error from instrumented service code is not an SDK error', () => {
  expect(isOfTelemetry(raisedIn(handler, instrumentation))).toBe(false);
  expect(isOfTelemetry(raisedIn('afterConnect [as oncomplete] (node:net:1637:16)'))).toBe(false);
  expect(isOfTelemetry('refused')).toBe(false);
});
