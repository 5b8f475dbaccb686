import type { LogFieldDefinition } from './definition.ts';

const text = (meaning: string): LogFieldDefinition => ({ type: 'string', meaning, stability: 'stable' });
const number = (meaning: string): LogFieldDefinition => ({ type: 'number', meaning, stability: 'stable' });

/** Every field of a log line. A line is one JSON object. */
export const logFields: Readonly<Record<string, LogFieldDefinition>> = {
  level: text('`trace` `debug` `info` `warn` `error` `fatal`'),
  time: text('When, in UTC, to the millisecond'),
  pid: number('Process'),
  name: text('Service'),
  msg: text('What happened: a constant text, never with values in it'),
  traceId: text('Trace that the line belongs to, as in problems and timelines'),
  trace_id: text('The same, as OpenTelemetry names it'),
  span_id: text('Span that the line belongs to'),
  err: { type: 'object', meaning: 'An error: `type` `message` `stack` `code` `cause`', stability: 'stable' },

  method: text('Method of a request'),
  path: text('Path of a request, without its query'),
  route: text('Route of a request (access log); absent for an unknown path'),
  status: number('Status of a response (access log)'),
  durationMs: number('Duration of a request in milliseconds (access log)'),
  url: text('Address that the service listens on'),
  host: text('Address that `/metrics` listens on'),
  port: number('Port that `/metrics` listens on'),
  service: text('The service that is called'),
  instance: text('Address of one instance of it'),
  addresses: { type: 'string[]', meaning: 'Addresses of all of its instances', stability: 'stable' },
  delayMs: number('Mean delay of the event loop, in milliseconds'),

  signal: text('Signal that stops the process'),
  part: text('Part of the service'),
  act: text('An act in the console'),
  kind: text('What kind of act it is'),
  job: text('Scheduled job'),
  step: text('Step of a job'),
  server: text('A server, without credentials'),
  address: text('The same, of MongoDB'),
  user: text('User of the service at NATS'),

  consumer: text('Durable of a consumer'),
  stream: text('Stream'),
  subject: text('Subject of a message'),
  sequence: number('Sequence of a message in its stream'),
  deliveries: number('How often a message was delivered'),
  reason: text('Why, without values'),
  because: text('Why a payment could not be made'),
  kept: { type: 'object', meaning: 'Which parts of a dead letter were stored', stability: 'stable' },
  events: number('How many events'),
  aggregates: number('How many assignments or payouts they are of'),
  aggregateId: text('Assignment whose events wait'),

  payoutId: text('Payout'),
  try: number('Try of a payment, from 1'),
  reference: text('Reference of a transfer'),
  references: { type: 'string[]', meaning: 'References of transfers', stability: 'stable' },
  transfer: { type: 'object', meaning: 'A transfer that matches no attempt', stability: 'stable' },
  items: { type: 'object[]', meaning: 'Differences between the books, the first ten', stability: 'stable' },

  assignments: { type: 'string[]', meaning: 'Assignments: their ids, or how many', stability: 'stable' },
  reminders: number('How many reminders'),
  released: number('How many claims of reminders'),
  attempt: number('Attempt to store a decision, from 1'),

  from: text('Log level until now'),
  to: text('Log level from now on'),
  until: text('When the configured log level returns'),
  by: text('User who changed the log level'),
};
