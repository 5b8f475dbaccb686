import type { AttributeDefinition } from './definition.ts';

const semconv = { convention: 'semconv', stability: 'stable' } as const;
const own = { convention: 'own', stability: 'stable' } as const;
const development = { stability: 'development' } as const;

/** Every attribute of a span or a metric, by name. */
export const attributes = {
  'http.request.method': {
    ...semconv,
    type: 'string',
    meaning: 'Method of the request',
    values: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'CONNECT', 'TRACE', 'QUERY', '_OTHER'],
  },
  'http.request.method_original': {
    ...semconv,
    type: 'string',
    meaning: 'The method as sent, where it is not one of those above',
  },
  'http.route': {
    ...semconv,
    type: 'string',
    meaning: 'Route of the request; absent when no route has its path',
    values: { what: 'the paths of the contract, the health checks and the pages of the service', most: 80 },
  },
  'http.response.status_code': {
    ...semconv,
    type: 'int',
    meaning: 'Status of the response',
    values: { what: 'the statuses of the contract', most: 30 },
  },
  'error.type': {
    ...semconv,
    type: 'string',
    meaning: 'Why an operation failed: a status code, or the name of an error',
    values: { what: 'statuses from 500 on, codes of the database and names of error classes', most: 40 },
  },
  'url.scheme': { ...semconv, type: 'string', meaning: 'Scheme of the request', values: ['http'] },
  'url.path': { ...semconv, type: 'string', meaning: 'Path of the request, with ids' },
  'url.query': { ...semconv, type: 'string', meaning: 'Always empty: a query may have what people write' },
  'url.full': { ...semconv, type: 'string', meaning: 'Address of an outgoing request, without its query' },
  'network.protocol.version': {
    ...semconv,
    type: 'string',
    meaning: 'Version of HTTP',
    values: ['1.0', '1.1'],
  },
  'network.peer.address': { ...semconv, type: 'string', meaning: 'Address of the other end of the connection' },
  'network.peer.port': { ...semconv, type: 'int', meaning: 'Port of the other end of the connection' },
  'client.address': { ...semconv, type: 'string', meaning: 'Address of the client, behind proxies if they name it' },
  'user_agent.original': { ...semconv, type: 'string', meaning: '`User-Agent` of the client' },
  'user_agent.synthetic.type': { ...semconv, ...development, type: 'string', meaning: '`bot` or `test`' },
  'server.address': {
    ...semconv,
    type: 'string',
    meaning: 'Host of the server: as the client named it in a server span, as configured elsewhere',
    values: { what: 'the hosts of the settings; a metric of requests from clients never has it', most: 5 },
  },
  'server.port': {
    ...semconv,
    type: 'int',
    meaning: 'Port of the server',
    values: { what: 'the ports of the settings', most: 5 },
  },
  'peer.service': {
    ...semconv,
    ...development,
    type: 'string',
    meaning: 'The service or party that is called',
    values: ['scheduling', 'reminders', 'payouts', 'stripe'],
  },

  'db.system.name': { ...semconv, type: 'string', meaning: 'Kind of database', values: ['postgresql', 'mongodb'] },
  'db.namespace': {
    ...semconv,
    type: 'string',
    meaning: 'Name of the database',
    values: { what: 'the database of the settings', most: 1 },
  },
  'db.operation.name': {
    ...semconv,
    type: 'string',
    meaning: 'First word of the statement, or the command of MongoDB',
    values: { what: 'the statements of the service, a fixed list', most: 20 },
  },
  'db.collection.name': { ...semconv, type: 'string', meaning: 'Collection or table' },
  'db.query.text': { ...semconv, type: 'string', meaning: 'The statement, with `?` in place of every literal' },
  'db.postgresql.plan': { ...own, type: 'string', meaning: 'Name of the prepared statement' },
  'db.response.status_code': { ...semconv, type: 'string', meaning: "The database's code of an error" },
  'db.client.connection.pool.name': {
    ...semconv,
    ...development,
    type: 'string',
    meaning: 'The pool: `postgresql`, or the address of MongoDB',
    values: { what: 'one for each pool of the service', most: 5 },
  },
  'db.client.connection.state': {
    ...semconv,
    ...development,
    type: 'string',
    meaning: 'Whether a connection is in use',
    values: ['used', 'idle'],
  },

  'messaging.system': { ...semconv, ...development, type: 'string', meaning: 'Always `nats`', values: ['nats'] },
  'messaging.operation.name': {
    ...semconv,
    ...development,
    type: 'string',
    meaning: 'What is done with a message',
    values: ['publish', 'process'],
  },
  'messaging.operation.type': {
    ...semconv,
    ...development,
    type: 'string',
    meaning: 'The same in the words of the conventions',
    values: ['send', 'process'],
  },
  'messaging.destination.name': { ...semconv, ...development, type: 'string', meaning: 'Subject of the message' },
  'messaging.consumer.group.name': { ...semconv, ...development, type: 'string', meaning: 'Durable that reads it' },
  'messaging.message.id': { ...semconv, ...development, type: 'string', meaning: '`Nats-Msg-Id` of the message' },
  'messaging.batch.message_count': {
    ...semconv,
    ...development,
    type: 'int',
    meaning: 'Messages that are handled in one transaction, up to 200',
  },
  'nats.stream': { ...own, type: 'string', meaning: 'Stream of the message' },
  'nats.sequence': { ...own, type: 'int', meaning: 'Sequence of the message in its stream' },
  'nats.delivery_count': {
    ...own,
    type: 'int',
    meaning: 'How often JetStream has delivered the message; from 2 on it is a redelivery',
  },
  'punctual.redelivery': {
    ...own,
    type: 'string',
    meaning: 'Why a message comes again: JetStream repeats it, or ops replays or redrives it; absent the first time',
    values: ['redelivered', 'replay', 'redrive'],
  },
  'punctual.event.type': { ...own, type: 'string', meaning: 'Type of the event that a replayed message holds' },

  consumer: {
    ...own,
    type: 'string',
    meaning: 'Durable of the consumer',
    values: { what: 'the durables of the contract (`packages/contracts/src/events/consumers.ts`)', most: 6 },
  },
  stream: {
    ...own,
    type: 'string',
    meaning: 'Stream in JetStream',
    values: ['SCHEDULE', 'REMINDER', 'PAYOUT', 'DLQ', 'REPLAY', 'ADVISORY', 'AUDIT'],
  },
  outcome: {
    ...own,
    type: 'string',
    meaning:
      'Of an event: `applied`, `unknown` (its type is ignored), `retried` or `dead`. Of a payment: what the payment provider answered',
    values: ['applied', 'unknown', 'retried', 'dead', 'paid', 'refused', 'retry', 'unclear', 'key_refused'],
  },
  because: {
    ...own,
    type: 'string',
    meaning: 'Why a reminder is not sent, as in the API: `suppressedBecause`',
    values: [
      'ANSWERED',
      'RESCHEDULED',
      'REJECTED',
      'CANCELLED',
      'EXPIRED',
      'COMPLETED',
      'DISPUTED',
      'OVERTAKEN',
      'WINDOW_STARTED',
    ],
  },
  cause: {
    ...own,
    type: 'string',
    meaning:
      'Why an event became a dead letter: `malformed`, `failed` (its handler threw to the last try), `crashed` (its process ended at each try), `contradiction` (its version is known with another event), `given_up` (JetStream stopped delivering it) or `terminated` (by another client)',
    values: ['malformed', 'failed', 'crashed', 'contradiction', 'given_up', 'terminated'],
  },
  kind: {
    ...own,
    type: 'string',
    meaning: 'Kind of difference between the books',
    values: { what: 'the kinds of `GET /ops/payouts/drift`', most: 8 },
  },
  decision: {
    ...own,
    type: 'string',
    meaning: 'What a person decided about a payout that waited for approval',
    values: ['approved', 'blocked'],
  },
  status: {
    ...own,
    type: 'string',
    meaning: 'Status of a payout',
    values: ['PENDING', 'AWAITING_APPROVAL', 'APPROVED', 'PAID', 'BLOCKED'],
  },
  view: {
    ...own,
    type: 'string',
    meaning: 'What a change stream shows: one assignment, or the feed of everything that concerns its user',
    values: ['assignment', 'feed'],
  },

  'punctual.job.name': { ...own, type: 'string', meaning: 'Job of the scheduler' },
  'punctual.reminders.count': { ...own, type: 'int', meaning: 'Reminders that the job sent' },
  'punctual.payment.attempt': { ...own, type: 'int', meaning: 'Number of the attempt to pay the payout, from 1' },
  'punctual.payment.outcome': {
    ...own,
    type: 'string',
    meaning: 'What became of the attempt; `outcome` has the values',
  },

  'nodejs.eventloop.state': {
    ...semconv,
    ...development,
    type: 'string',
    meaning: 'Whether the event loop works or waits',
    values: ['active', 'idle'],
  },
  'v8js.gc.type': {
    ...semconv,
    ...development,
    type: 'string',
    meaning: 'Kind of garbage collection',
    values: ['major', 'minor', 'incremental', 'weakcb'],
  },
  'v8js.heap.space.name': {
    ...semconv,
    ...development,
    type: 'string',
    meaning: 'Space of the heap',
    values: { what: 'the spaces of V8', most: 15 },
  },
  'v8js.resource.type': {
    ...semconv,
    ...development,
    type: 'string',
    meaning: 'Kind of resource that keeps the event loop alive',
    values: { what: 'the kinds of Node', most: 40 },
  },
} as const satisfies Record<string, AttributeDefinition>;

export type AttributeName = keyof typeof attributes;
