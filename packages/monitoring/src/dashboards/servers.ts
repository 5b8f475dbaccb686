import { perSecond, quantile, series, total, worst } from '../series.ts';
import type { DashboardSpec } from './spec.ts';

const byPool = ['service_name', 'db_client_connection_pool_name'];
const pool = '{{service_name}} {{db_client_connection_pool_name}}';

/** NATS and PostgreSQL as the services see them. */
export const servers: DashboardSpec = {
  id: 'servers',
  title: 'Punctual: NATS and PostgreSQL',
  what: 'NATS and the databases as the services see them.',
  rows: [
    {
      title: 'NATS',
      panels: [
        {
          title: 'Connected instances',
          what: 'Instances that are connected to NATS.',
          unit: 'short',
          queries: [{ expr: total('punctual.nats.connected', { by: ['service_name'] }), legend: '{{service_name}}' }],
        },
        {
          title: 'Messages in streams',
          what: 'A stream that drops to 0 was lost.',
          unit: 'short',
          queries: [{ expr: worst('punctual.stream.messages', { by: ['stream'] }), legend: '{{stream}}' }],
        },
        {
          title: 'Size of streams',
          what: 'Bytes.',
          unit: 'bytes',
          queries: [{ expr: worst('punctual.stream.bytes', { by: ['stream'] }), legend: '{{stream}}' }],
        },
        {
          title: 'Published events',
          what: 'Events per second that JetStream acknowledged.',
          unit: 'short',
          queries: [
            {
              expr: perSecond(series('punctual.outbox.published'), { by: ['service_name'] }),
              legend: '{{service_name}}',
            },
          ],
        },
      ],
    },
    {
      title: 'PostgreSQL',
      panels: [
        {
          title: 'Duration of statements',
          what: '99th percentile, by service and kind of statement.',
          unit: 's',
          queries: [
            {
              expr: quantile(0.99, 'db.client.operation.duration', { by: ['service_name', 'db_operation_name'] }),
              legend: '{{service_name}} {{db_operation_name}}',
            },
          ],
        },
        {
          title: 'Statements',
          what: 'Per second, by service.',
          unit: 'short',
          queries: [
            {
              expr: perSecond(`${series('db.client.operation.duration')}_count`, { by: ['service_name'] }),
              legend: '{{service_name}}',
            },
          ],
        },
        {
          title: 'Connections in use',
          what: 'Of the pools, by service. At the most that all instances may open, requests wait.',
          unit: 'short',
          queries: [
            {
              expr: total('db.client.connection.count', { by: byPool, where: 'db_client_connection_state="used"' }),
              legend: pool,
            },
            { expr: total('db.client.connection.max', { by: byPool }), legend: `${pool} at most` },
          ],
        },
        {
          title: 'Requests that wait for a connection',
          what: 'More than 0 for long: the pool is too small or the database too slow.',
          unit: 'short',
          queries: [{ expr: total('db.client.connection.pending_requests', { by: byPool }), legend: pool }],
        },
      ],
    },
  ],
};
