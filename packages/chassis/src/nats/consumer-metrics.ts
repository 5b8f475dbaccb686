import { counter, histogram, observed, observeTogether } from '../telemetry/instruments.ts';
import type { Delivery } from './delivery.ts';
import type { Identified } from './handling.ts';

/** The result of handling an event; `unknown`: of a type that the consumer ignores. */
export type HandlingResult = 'applied' | 'unknown' | 'retried' | 'dead';

/** Why an event became a dead letter. */
export type DeadLetterCause = (typeof deadLetterCauses)[number];
const deadLetterCauses = ['malformed', 'failed', 'crashed', 'contradiction', 'given_up', 'terminated'] as const;

/** The metrics of a consumer; free while no telemetry is exported. */
export type ConsumerMetrics = {
  /** Counts the messages that were delivered before. */
  delivered(messages: readonly Delivery[]): void;
  count(result: HandlingResult): void;
  applied(events: readonly Identified[]): void;
};

/** @param lag counts the unacknowledged events; called when metrics are collected */
export function createConsumerMetrics(
  attributes: { consumer: string; stream: string },
  lag: () => Promise<number | undefined>,
  signal: AbortSignal,
): ConsumerMetrics {
  const handled = counter('punctual.consumer.handled');
  const redelivered = counter('punctual.consumer.redelivered');
  const latency = histogram('punctual.consumer.latency');
  const pending = observed('punctual.consumer.pending');
  // From 0, so that the first dead letter is an increase.
  const deadLetters = counter('punctual.consumer.dead_letters');
  for (const cause of deadLetterCauses) deadLetters.add(0, { ...attributes, cause });
  observeTogether(
    [pending],
    async (result) => {
      const events = await lag().catch(() => undefined);
      if (events !== undefined) result.observe(pending, events, attributes);
    },
    signal,
  );

  return {
    delivered: (messages) => {
      const again = messages.reduce((count, { redelivered: isAgain }) => count + Number(isAgain), 0);
      if (again > 0) redelivered.add(again, attributes);
    },
    count: (outcome) => handled.add(1, { ...attributes, outcome }),
    applied: (events) => {
      handled.add(events.length, { ...attributes, outcome: 'applied' });
      // What ops has delivered again is old, and nobody waits for it.
      if (attributes.stream === 'REPLAY') return;
      const now = Date.now();
      // The publisher's clock may be ahead of ours.
      for (const { time } of events) latency.record(Math.max(0, now - Date.parse(time)) / 1_000, attributes);
    },
  };
}

/** Counts a dead letter. @param from the consumer and stream that the message was on */
export function countDeadLetter(from: { consumer: string; stream: string }, cause: DeadLetterCause): void {
  counter('punctual.consumer.dead_letters').add(1, { ...from, cause });
}
