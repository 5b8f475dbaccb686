import {
  type Attributes,
  metrics as api,
  type BatchObservableCallback,
  type Counter,
  type Gauge,
  type Histogram,
  type Meter,
  type Observable,
} from '@opentelemetry/api';
import { type MetricName, metrics } from './registry/metrics.ts';

type Named<Instrument extends string> = {
  [Name in MetricName]: (typeof metrics)[Name]['instrument'] extends Instrument ? Name : never;
}[MetricName];

/** The attributes that the registry gives a metric, with all of their values for each data point. */
type AttributesOf<Name extends MetricName> = {
  [Attribute in (typeof metrics)[Name]['attributes'][number]]?: string | number;
};

export type Observed = Observable;

/** Creates instruments as the registry defines them. They cost nothing while nothing is exported. */
export function counter<Name extends Named<'counter'>>(name: Name): Counter<AttributesOf<Name> & Attributes> {
  return meter().createCounter(name, optionsOf(name));
}

export function gauge<Name extends Named<'gauge'>>(name: Name): Gauge<AttributesOf<Name> & Attributes> {
  return meter().createGauge(name, optionsOf(name));
}

export function histogram<Name extends Named<'histogram'>>(name: Name): Histogram<AttributesOf<Name> & Attributes> {
  const { buckets } = metrics[name];
  return meter().createHistogram(name, { ...optionsOf(name), advice: { explicitBucketBoundaries: [...buckets] } });
}

/** A gauge, or an up-down counter, whose value is read when metrics are collected. */
export function observed(name: Named<'gauge' | 'updowncounter'>): Observed {
  const { instrument } = metrics[name];
  return instrument === 'gauge'
    ? meter().createObservableGauge(name, optionsOf(name))
    : meter().createObservableUpDownCounter(name, optionsOf(name));
}

/** Calls `observe` each time that metrics are collected, until the signal is aborted. */
export function observeTogether(gauges: Observed[], observe: BatchObservableCallback, signal: AbortSignal): void {
  const of = meter();
  of.addBatchObservableCallback(observe, gauges);
  signal.addEventListener('abort', () => of.removeBatchObservableCallback(observe, gauges), { once: true });
}

function meter(): Meter {
  return api.getMeter('punctual');
}

function optionsOf(name: MetricName) {
  const { meaning, unit } = metrics[name];
  return { description: meaning, ...(unit !== '' && { unit }) };
}
