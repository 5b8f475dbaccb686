import type { AttributeName } from './attributes.ts';
import type { MetricDefinition } from './definition.ts';

const services = ['gateway', 'scheduling', 'reminders', 'payouts', 'console'] as const;
const nodes = [...services, 'streams'] as const;
const semconv = { convention: 'semconv', across: 'sum' } as const;
const development = { stability: 'development' } as const;
const heapSpace = { attributes: ['v8js.heap.space.name'] } as const;
const delay = {
  ...semconv,
  ...development,
  instrument: 'gauge',
  unit: 's',
  attributes: [],
  from: nodes,
  across: 'max',
} as const;
const heap = { ...semconv, ...development, ...heapSpace, instrument: 'gauge', unit: 'By', from: nodes } as const;

/** Metrics that the instrumentations of OpenTelemetry emit, and those named by its conventions. */
export const libraryMetrics = {
  'http.server.request.duration': {
    ...semconv,
    stability: 'stable',
    instrument: 'histogram',
    unit: 's',
    meaning: 'Duration of requests, refused ones included; without a route, the path is unknown',
    attributes: [
      'http.request.method',
      'http.route',
      'http.response.status_code',
      'error.type',
      'url.scheme',
      'network.protocol.version',
    ],
    together: {
      attributes: ['http.request.method', 'http.route', 'http.response.status_code', 'error.type'],
      most: 2_000,
      because: 'a route has the statuses of its operations, and 405 for other methods; `error.type` repeats a status',
    },
    from: services,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  },
  'http.client.request.duration': {
    ...semconv,
    stability: 'stable',
    instrument: 'histogram',
    unit: 's',
    meaning: 'Duration of requests to the payment provider',
    attributes: [
      'http.request.method',
      'http.response.status_code',
      'error.type',
      'server.address',
      'server.port',
      'network.protocol.version',
    ],
    together: {
      attributes: [
        'http.request.method',
        'http.response.status_code',
        'error.type',
        'server.address',
        'server.port',
        'network.protocol.version',
      ],
      most: 100,
      because: 'one address and two methods; `error.type` repeats a status or names a failed connection',
    },
    from: ['payouts'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    only: 'PAYMENT_PROVIDER=stripe',
  },
  'db.client.operation.duration': {
    ...semconv,
    stability: 'stable',
    instrument: 'histogram',
    unit: 's',
    meaning: 'Duration of statements that a request or an event causes, on PostgreSQL',
    attributes: ['db.system.name', 'db.namespace', 'db.operation.name', 'error.type', 'server.address', 'server.port'],
    together: {
      attributes: ['db.system.name', 'db.operation.name', 'error.type', 'server.address', 'server.port'],
      most: 500,
      because: 'one kind of database at the hosts of the URL; a kind of statement has few of the errors',
    },
    from: ['scheduling', 'payouts'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
  },
  'db.client.connection.count': {
    ...semconv,
    ...development,
    instrument: 'updowncounter',
    unit: '{connection}',
    meaning: 'Connections of the pool, by whether they are in use',
    attributes: ['db.client.connection.pool.name', 'db.client.connection.state'],
    from: ['scheduling', 'payouts', 'reminders'],
  },
  'db.client.connection.max': {
    ...semconv,
    ...development,
    instrument: 'updowncounter',
    unit: '{connection}',
    meaning: 'Connections that the pool may open (`DATABASE_POOL_SIZE`)',
    attributes: ['db.client.connection.pool.name'],
    from: ['scheduling', 'payouts'],
  },
  'db.client.connection.pending_requests': {
    ...semconv,
    ...development,
    instrument: 'updowncounter',
    unit: '{request}',
    meaning: 'Requests that wait for a connection of the pool',
    attributes: ['db.client.connection.pool.name'],
    from: ['scheduling', 'payouts'],
  },
  'nodejs.eventloop.delay.min': { ...delay, meaning: 'Shortest delay of the event loop since the last collection' },
  'nodejs.eventloop.delay.max': { ...delay, meaning: 'Longest delay of the event loop since the last collection' },
  'nodejs.eventloop.delay.mean': { ...delay, meaning: 'Mean delay of the event loop since the last collection' },
  'nodejs.eventloop.delay.stddev': { ...delay, meaning: 'Standard deviation of that delay' },
  'nodejs.eventloop.delay.p50': { ...delay, meaning: 'Median of that delay' },
  'nodejs.eventloop.delay.p90': { ...delay, meaning: '90th percentile of that delay' },
  'nodejs.eventloop.delay.p99': { ...delay, meaning: '99th percentile of that delay' },
  'nodejs.eventloop.utilization': {
    ...delay,
    unit: '1',
    meaning: 'Share of time that the event loop is busy, from 0 to 1',
  },
  'nodejs.eventloop.time': {
    ...semconv,
    ...development,
    instrument: 'counter',
    unit: 's',
    meaning: 'Time that the event loop has worked or waited',
    attributes: ['nodejs.eventloop.state'],
    from: nodes,
  },
  'v8js.gc.duration': {
    ...semconv,
    ...development,
    instrument: 'histogram',
    unit: 's',
    meaning: 'Duration of garbage collections',
    attributes: ['v8js.gc.type'],
    from: nodes,
    buckets: [0.01, 0.1, 1, 10],
  },
  'v8js.memory.heap.used': { ...heap, meaning: 'Heap in use, by space' },
  'v8js.memory.heap.space.size': {
    ...heap,
    instrument: 'updowncounter',
    meaning: 'Heap that is allocated, by space',
  },
  'v8js.memory.heap.space.available_size': { ...heap, meaning: 'Heap that is still free, by space' },
  'v8js.memory.heap.space.physical_size': { ...heap, meaning: 'Heap in physical memory, by space' },
  'v8js.resource.active': {
    ...semconv,
    ...development,
    instrument: 'gauge',
    unit: '{resource}',
    meaning: 'Resources that keep the event loop alive: sockets, timers',
    attributes: ['v8js.resource.type'],
    from: nodes,
  },
} as const satisfies Record<string, MetricDefinition<AttributeName>>;
