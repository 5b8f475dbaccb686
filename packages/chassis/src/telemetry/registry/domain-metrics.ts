import type { AttributeName } from './attributes.ts';
import type { MetricDefinition } from './definition.ts';

const own = { convention: 'own', stability: 'stable' } as const;
const withOutbox = ['scheduling', 'payouts'] as const;
const consumer = { ...own, attributes: ['consumer', 'stream'], from: ['scheduling', 'reminders', 'payouts'] } as const;
const reminders = { ...own, attributes: [], from: ['reminders'] } as const;
const stream = { ...own, attributes: ['stream'], from: ['streams'], across: 'max', instrument: 'gauge' } as const;
const services = ['gateway', 'scheduling', 'reminders', 'payouts'] as const;

/** Metrics that Punctual names itself: no convention has them. */
export const domainMetrics = {
  'punctual.outbox.depth': {
    ...own,
    instrument: 'gauge',
    unit: '{event}',
    meaning: 'Events that wait to be published; only the leader reports it',
    attributes: [],
    from: withOutbox,
    across: 'max',
  },
  'punctual.outbox.age': {
    ...own,
    instrument: 'gauge',
    unit: 's',
    meaning: 'How long the oldest of them has waited; only the leader reports it. Alert on this one',
    attributes: [],
    from: withOutbox,
    across: 'max',
  },
  'punctual.outbox.published': {
    ...own,
    instrument: 'counter',
    unit: '{event}',
    meaning: 'Events that their stream has acknowledged',
    attributes: [],
    from: withOutbox,
    across: 'sum',
  },
  'punctual.outbox.leader': {
    ...own,
    instrument: 'gauge',
    unit: '',
    meaning:
      '1 where this instance publishes the outbox of its service, 0 where it stands by. The sum over a service is 1, and 0 for seconds during a hand-over',
    attributes: [],
    from: withOutbox,
    across: 'sum',
  },

  'punctual.outbox.to_reconcile': {
    ...own,
    instrument: 'gauge',
    unit: '{aggregate}',
    meaning:
      'What the database must reconcile with its stream after a restore: nothing is published until a person approves it. Only the leader reports it',
    attributes: [],
    from: withOutbox,
    across: 'max',
  },

  'punctual.consumer.handled': {
    ...consumer,
    instrument: 'counter',
    unit: '{event}',
    meaning: 'Handled events, by outcome',
    attributes: ['consumer', 'stream', 'outcome'],
    across: 'sum',
  },
  'punctual.consumer.latency': {
    ...consumer,
    instrument: 'histogram',
    unit: 's',
    meaning: 'From the change that an event reports until its effect was committed',
    across: 'sum',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 300, 3_600],
  },
  'punctual.consumer.pending': {
    ...consumer,
    instrument: 'gauge',
    unit: '{event}',
    meaning: 'Events that the consumer has not settled: its lag',
    across: 'max',
  },
  'punctual.consumer.redelivered': {
    ...consumer,
    instrument: 'counter',
    unit: '{event}',
    meaning: 'Deliveries that were not the first of their message',
    across: 'sum',
    only: 'an event was delivered again',
  },
  'punctual.consumer.dead_letters': {
    ...consumer,
    instrument: 'counter',
    unit: '{event}',
    meaning: 'Events that became dead letters, by cause',
    attributes: ['consumer', 'stream', 'cause'],
    across: 'sum',
  },

  'punctual.stream.messages': { ...stream, unit: '{message}', meaning: 'Messages in the stream' },
  'punctual.stream.bytes': { ...stream, unit: 'By', meaning: 'Size of the stream' },
  'punctual.stream.used': {
    ...stream,
    unit: '1',
    meaning:
      'Share of `STREAM_MAX_BYTES` that the stream uses, from 0 to 1; a full stream refuses new events. Alert at 0.8',
  },
  'punctual.nats.connected': {
    ...own,
    instrument: 'gauge',
    unit: '',
    meaning: '1 while the service is connected to NATS, 0 otherwise',
    attributes: [],
    from: services,
    across: 'sum',
  },

  'punctual.reminders.planned': {
    ...reminders,
    instrument: 'gauge',
    unit: '{reminder}',
    meaning: 'Reminders that are planned and not due yet',
    across: 'max',
  },
  'punctual.reminders.due': {
    ...reminders,
    instrument: 'gauge',
    unit: '{reminder}',
    meaning: 'Reminders that are due and not sent',
    across: 'max',
  },
  'punctual.reminders.overdue': {
    ...reminders,
    instrument: 'gauge',
    unit: '{reminder}',
    meaning: 'Reminders that are later than the grace (`REMINDER_GRACE_MS`)',
    across: 'max',
  },
  'punctual.reminders.oldest_due': {
    ...reminders,
    instrument: 'gauge',
    unit: 's',
    meaning: 'How long the longest-waiting due reminder has been due',
    across: 'max',
  },
  'punctual.reminders.lag': {
    ...reminders,
    instrument: 'gauge',
    unit: 's',
    meaning: 'How late the scheduler is',
    across: 'max',
  },
  'punctual.reminders.clock_skew': {
    ...reminders,
    instrument: 'gauge',
    unit: 's',
    meaning: "This clock minus the store's or the broker's, whichever differs more",
    across: 'max',
  },
  'punctual.reminders.sent': {
    ...reminders,
    instrument: 'counter',
    unit: '{reminder}',
    meaning: 'Reminders that were ordered to be sent',
    across: 'sum',
  },
  'punctual.reminders.lateness': {
    ...reminders,
    instrument: 'histogram',
    unit: 's',
    meaning: 'From when a reminder was due until it was sent',
    across: 'sum',
    buckets: [0.1, 0.5, 1, 2, 5, 10, 20, 60, 300, 3_600],
  },

  'punctual.payouts.by_status': {
    ...own,
    instrument: 'gauge',
    unit: '{payout}',
    meaning: 'Payouts in each status',
    attributes: ['status'],
    from: ['payouts'],
    across: 'max',
  },
  'punctual.payouts.oldest_waiting': {
    ...own,
    instrument: 'gauge',
    unit: 's',
    meaning: 'How long the longest-waiting payout has been AWAITING_APPROVAL; 0 when none waits',
    attributes: [],
    from: ['payouts'],
    across: 'max',
  },
  'punctual.payouts.decision_time': {
    ...own,
    instrument: 'histogram',
    unit: 's',
    meaning: 'From when a payout began to wait for approval until a person approved or blocked it',
    attributes: ['decision'],
    from: ['payouts'],
    across: 'sum',
    buckets: [60, 600, 3_600, 14_400, 43_200, 86_400, 129_600, 172_800, 345_600, 604_800],
  },
  'punctual.payouts.payments': {
    ...own,
    instrument: 'counter',
    unit: '{attempt}',
    meaning: 'Answers of the payment provider to attempts to pay, by outcome',
    attributes: ['outcome'],
    from: ['payouts'],
    across: 'sum',
    only: 'PAYMENT_PROVIDER=stripe',
  },
  'punctual.payouts.drift': {
    ...own,
    instrument: 'gauge',
    unit: '{difference}',
    meaning: 'Differences between payouts, the events of their assignments and the payment provider, found hourly',
    attributes: ['kind'],
    from: ['payouts'],
    across: 'max',
  },
  'punctual.payouts.key_refused': {
    ...own,
    instrument: 'counter',
    unit: '{payment}',
    meaning: 'Payments that wait because the payment provider refuses our API key',
    attributes: [],
    from: ['payouts'],
    across: 'sum',
    only: 'PAYMENT_PROVIDER=stripe',
  },

  'punctual.jwks.age': {
    ...own,
    instrument: 'gauge',
    unit: 's',
    meaning:
      "Since when the token issuer's keys are known. From `AUTH_JWKS_MAX_AGE_S` on, requests with a token are refused. Absent until a token was checked",
    attributes: [],
    from: services,
    across: 'max',
  },
  'punctual.gateway.streams': {
    ...own,
    instrument: 'gauge',
    unit: '{stream}',
    meaning: 'Open change streams of clients',
    attributes: ['view'],
    from: ['gateway'],
    across: 'sum',
  },
  'punctual.gateway.connections': {
    ...own,
    instrument: 'gauge',
    unit: '{connection}',
    meaning: 'Open connections of clients',
    attributes: [],
    from: ['gateway'],
    across: 'sum',
  },
} as const satisfies Record<string, MetricDefinition<AttributeName>>;
