import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  type MetricReader,
} from '@opentelemetry/sdk-metrics';
import { freePort } from '@punctual/devstack';
import { expect, test } from 'vitest';
import { PushingReader } from './metric-readers.ts';
import { createPrometheusReader } from './prometheus-reader.ts';

/** Observes a gauge only while `isLeading`, and counts to one. */
function observeWith(reader: MetricReader) {
  const provider = new MeterProvider({ readers: [reader] });
  const meter = provider.getMeter('test');
  const leader = { isLeading: true };
  meter.createObservableGauge('backlog').addCallback((result) => {
    if (leader.isLeading) result.observe(7);
  });
  meter.createCounter('published').add(1);
  return { leader, stop: () => provider.shutdown() };
}

test('Prometheus does not get a gauge that is no longer observed', async () => {
  const port = await freePort();
  Object.assign(process.env, { OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1', OTEL_EXPORTER_PROMETHEUS_PORT: `${port}` });
  const { leader, stop } = observeWith(createPrometheusReader());
  const served = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  expect(await served()).toMatch(/^backlog\S* 7$/m);
  leader.isLeading = false;
  const later = await served();
  expect(later).not.toMatch(/^backlog/m);
  expect(later).toMatch(/^published_total\S* 1$/m);
  await stop();
});

test('a collector does not get it either', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PushingReader({ exporter, exportIntervalMillis: 3_600_000, exportTimeoutMillis: 1_000 });
  const { leader, stop } = observeWith(reader);
  const pushed = async () => {
    exporter.reset();
    await reader.forceFlush();
    return exporter
      .getMetrics()
      .flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics))
      .map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints.map(({ value }) => value)]);
  };
  expect(await pushed()).toEqual([
    ['backlog', [7]],
    ['published', [1]],
  ]);
  leader.isLeading = false;
  expect(await pushed()).toEqual([['published', [1]]]);
  await stop();
});
