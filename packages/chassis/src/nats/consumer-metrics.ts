import { metrics } from '@opentelemetry/api';
import type { Identified } from './consumer.ts';

/** What became of an event: `unknown` is of a type that the consumer passes over. */
export type Outcome = 'applied' | 'unknown' | 'retried' | 'dead';

/** What can be seen of a consumer from outside; costs nothing while no telemetry is exported. */
export type ConsumerMetrics = {
  count(outcome: Outcome): void;
  applied(events: readonly Identified[]): void;
};

/** @param lag how many events are not acknowledged yet; asked when the instruments are collected */
export function createConsumerMetrics(
  attributes: { consumer: string; stream: string },
  lag: () => Promise<number | undefined>,
  signal: AbortSignal,
): ConsumerMetrics {
  const meter = metrics.getMeter('punctual');
  const handled = meter.createCounter('punctual.consumer.handled', { description: 'Events, by what became of them' });
  const latency = meter.createHistogram('punctual.consumer.latency', {
    description: 'From when an event happened until its effect was committed',
    unit: 's',
    advice: { explicitBucketBoundaries: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300, 3_600] },
  });
  const pending = meter.createObservableGauge('punctual.consumer.pending', {
    description: 'Events that the consumer has not settled yet',
  });
  const observe: Parameters<typeof pending.addCallback>[0] = async (result) => {
    const events = await lag().catch(() => undefined);
    if (events !== undefined) result.observe(events, attributes);
  };
  pending.addCallback(observe);
  signal.addEventListener('abort', () => pending.removeCallback(observe), { once: true });

  return {
    count: (outcome) => handled.add(1, { ...attributes, outcome }),
    applied: (events) => {
      handled.add(events.length, { ...attributes, outcome: 'applied' });
      const now = Date.now();
      // The clock of whoever tells of it may be ahead of ours.
      for (const { time } of events) latency.record(Math.max(0, now - Date.parse(time)) / 1_000, attributes);
    },
  };
}
