import { perSecond, quantile, series, total, worst } from '../series.ts';
import type { DashboardSpec } from './spec.ts';

const byService = ['service_name'];
const byConsumer = ['consumer'];

/** The way of an event: outbox, stream, consumer. */
export const events: DashboardSpec = {
  id: 'events',
  title: 'Punctual: Events',
  what: 'The way of events from the outbox over the streams to the consumers.',
  rows: [
    {
      title: 'Outbox',
      panels: [
        {
          title: 'Age of the oldest unpublished event',
          what: 'Below a second as a rule. It grows while NATS refuses events or no instance leads.',
          unit: 's',
          queries: [{ expr: worst('punctual.outbox.age', { by: byService }), legend: '{{service_name}}' }],
        },
        {
          title: 'Unpublished events',
          what: 'Events that wait in the outbox.',
          unit: 'short',
          queries: [{ expr: worst('punctual.outbox.depth', { by: byService }), legend: '{{service_name}}' }],
        },
        {
          title: 'Published events',
          what: 'Events per second that their stream has acknowledged.',
          unit: 'short',
          queries: [
            { expr: perSecond(series('punctual.outbox.published'), { by: byService }), legend: '{{service_name}}' },
          ],
        },
        {
          title: 'Leaders',
          what: 'One instance of each service publishes. 0 for seconds during a hand-over, never 2.',
          unit: 'short',
          queries: [{ expr: total('punctual.outbox.leader', { by: byService }), legend: '{{service_name}}' }],
        },
        {
          title: 'Lost by a stream',
          what: 'Events per second that a stream no longer held and that were published again. 0, except after a loss.',
          unit: 'short',
          queries: [{ expr: perSecond(series('punctual.outbox.lost'), { by: byService }), legend: '{{service_name}}' }],
        },
        {
          title: 'To reconcile after a restore',
          what: 'Aggregates of a database that is older than its stream. 0, except after a restore.',
          unit: 'short',
          queries: [{ expr: worst('punctual.outbox.to_reconcile', { by: byService }), legend: '{{service_name}}' }],
        },
      ],
    },
    {
      title: 'Consumers',
      panels: [
        {
          title: 'Lag',
          what: 'Events that a consumer has not settled.',
          unit: 'short',
          queries: [{ expr: worst('punctual.consumer.pending', { by: byConsumer }), legend: '{{consumer}}' }],
        },
        {
          title: 'From the change to its effect',
          what: '99th percentile. Objective: 5 s.',
          unit: 's',
          queries: [{ expr: quantile(0.99, 'punctual.consumer.latency', { by: byConsumer }), legend: '{{consumer}}' }],
        },
        {
          title: 'Handled events',
          what: 'Events per second, by outcome.',
          unit: 'short',
          queries: [
            {
              expr: perSecond(series('punctual.consumer.handled'), { by: ['consumer', 'outcome'] }),
              legend: '{{consumer}} {{outcome}}',
            },
          ],
        },
        {
          title: 'Redeliveries',
          what: 'Deliveries per second that were not the first of their message: a handler failed, or its instance died.',
          unit: 'short',
          only: 'an event was delivered again',
          queries: [
            { expr: perSecond(series('punctual.consumer.redelivered'), { by: byConsumer }), legend: '{{consumer}}' },
          ],
        },
        {
          title: 'Read again',
          what: 'Events per second that a restored database lacked, and that were handled again.',
          unit: 'short',
          only: 'a database was restored',
          queries: [
            { expr: perSecond(series('punctual.consumer.caught_up'), { by: byConsumer }), legend: '{{consumer}}' },
          ],
        },
        {
          title: 'Dead letters',
          what: 'Events that became dead letters, by consumer and cause. Each needs a person.',
          unit: 'short',
          only: 'an event became a dead letter',
          queries: [
            {
              expr: `sum by (consumer, cause) (${series('punctual.consumer.dead_letters')})`,
              legend: '{{consumer}} {{cause}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Streams',
      panels: [
        {
          title: 'Fill',
          what: 'Share of STREAM_MAX_BYTES. A full stream refuses new events.',
          unit: 'percentunit',
          queries: [{ expr: worst('punctual.stream.used', { by: ['stream'] }), legend: '{{stream}}' }],
        },
      ],
    },
  ],
};
