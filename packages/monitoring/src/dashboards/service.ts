import { keptSpans, part, perSecond, quantile, total, worst } from '../series.ts';
import type { DashboardSpec } from './spec.ts';

const where = 'service_name="$service"';
const byRoute = ['http_request_method', 'http_route'];
const byInstance = { by: ['instance'], where };

/** One service: its requests and its process. */
export const service: DashboardSpec = {
  id: 'service',
  title: 'Punctual: One service',
  what: 'The requests and the processes of one service, chosen above.',
  perService: true,
  rows: [
    {
      title: 'Requests',
      panels: [
        {
          title: 'Rate by route',
          what: 'Requests per second.',
          unit: 'reqps',
          queries: [
            {
              expr: perSecond(part('http.server.request.duration', 'count'), { by: byRoute, where }),
              legend: '{{http_request_method}} {{http_route}}',
            },
          ],
        },
        {
          title: 'Errors by route and status',
          what: 'Responses per second from 400 on.',
          unit: 'reqps',
          only: 'requests were refused or failed',
          queries: [
            {
              expr: perSecond(part('http.server.request.duration', 'count'), {
                by: [...byRoute, 'http_response_status_code'],
                where: `${where}, http_response_status_code=~"[45].."`,
              }),
              legend: '{{http_response_status_code}} {{http_request_method}} {{http_route}}',
            },
          ],
        },
        {
          title: 'Duration by route',
          what: '95th percentile.',
          unit: 's',
          queries: [
            {
              expr: quantile(0.95, 'http.server.request.duration', { by: byRoute, where }),
              legend: '{{http_request_method}} {{http_route}}',
            },
          ],
        },
        {
          title: 'Kept traces',
          what: 'Requests and events in traces that the collector kept, 95th percentile since its start. A point opens its trace.',
          unit: 's',
          exemplars: true,
          only: 'the collector makes span metrics',
          queries: [
            {
              // Not a rate: most kept traces are alone, and the rate of a first value is nothing.
              expr: `histogram_quantile(0.95, sum by (le, span_name) (${keptSpans}_bucket{${where}, span_kind=~"SPAN_KIND_(SERVER|CONSUMER)"}))`,
              legend: '{{span_name}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Processes',
      panels: [
        {
          title: 'Instances',
          what: 'Instances that answer Prometheus, and those connected to NATS.',
          unit: 'short',
          queries: [
            { expr: 'sum(up{job="$service"})', legend: 'up' },
            { expr: total('punctual.nats.connected', { where }), legend: 'connected to NATS' },
          ],
        },
        {
          title: 'Delay of the event loop',
          what: '99th percentile by instance. Above 100 ms, requests wait for the processor.',
          unit: 's',
          queries: [{ expr: worst('nodejs.eventloop.delay.p99', byInstance), legend: '{{instance}}' }],
        },
        {
          title: 'Utilization of the event loop',
          what: 'Share of time by instance. Add instances from 0.7 on.',
          unit: 'percentunit',
          queries: [{ expr: worst('nodejs.eventloop.utilization', byInstance), legend: '{{instance}}' }],
        },
        {
          title: 'Heap',
          what: 'Used bytes by instance.',
          unit: 'bytes',
          queries: [{ expr: total('v8js.memory.heap.used', byInstance), legend: '{{instance}}' }],
        },
        {
          title: 'Age of the keys of the token issuer',
          what: 'From AUTH_JWKS_MAX_AGE_S on, requests with a token are refused.',
          unit: 's',
          queries: [{ expr: worst('punctual.jwks.age', { where }), legend: 'age' }],
        },
      ],
    },
  ],
};
