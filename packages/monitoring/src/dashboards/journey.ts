import { inRange, part, perSecond, quantile, series, total, worst } from '../series.ts';
import type { DashboardSpec } from './spec.ts';

const atGateway = 'service_name="gateway"';
const commands = `${atGateway}, http_request_method!~"GET|HEAD|OPTIONS"`;
const requests = part('http.server.request.duration', 'count');

/** What customers, providers and their apps feel. */
export const journey: DashboardSpec = {
  id: 'journey',
  title: 'Punctual: Journey',
  what: 'What customers and providers feel, from the request to the payout. Begin here.',
  rows: [
    {
      title: 'Objectives',
      panels: [
        {
          title: 'Commands that succeed',
          what: 'Share of commands at the gateway without a 5xx. Objective: 99.9 %.',
          unit: 'percentunit',
          stat: true,
          queries: [
            {
              expr: `1 - (${inRange(requests, { where: `${commands}, http_response_status_code=~"5.."` })} or vector(0)) / ${inRange(requests, { where: commands })}`,
              legend: 'succeed',
            },
          ],
        },
        {
          title: 'Events applied within 5 s',
          what: 'Share of events whose effect every consumer committed within 5 s of the change. Objective: 99.9 %.',
          unit: 'percentunit',
          stat: true,
          queries: [
            {
              expr: `${inRange(part('punctual.consumer.latency', 'bucket'), { where: 'le=~"5(.0)?"' })} / ${inRange(part('punctual.consumer.latency', 'count'))}`,
              legend: 'within 5 s',
            },
          ],
        },
        {
          title: 'Reminders sent within 60 s',
          what: 'Share of reminders that were sent within 60 s of their time. Objective: 99.9 %.',
          unit: 'percentunit',
          stat: true,
          queries: [
            {
              expr: `${inRange(part('punctual.reminders.lateness', 'bucket'), { where: 'le=~"60(.0)?"' })} / ${inRange(part('punctual.reminders.lateness', 'count'))}`,
              legend: 'within 60 s',
            },
          ],
        },
        {
          title: 'Payouts decided within two days',
          what: 'Share of decisions that came within two days of the end of the work. Objective: 99 %.',
          unit: 'percentunit',
          stat: true,
          queries: [
            {
              expr: `${inRange(part('punctual.payouts.decision_time', 'bucket'), { where: 'le=~"172800(.0)?"' })} / ${inRange(part('punctual.payouts.decision_time', 'count'))}`,
              legend: 'within two days',
            },
          ],
        },
        {
          title: 'Oldest payout awaiting a decision',
          what: 'Objective: decided within two days.',
          unit: 's',
          stat: true,
          queries: [{ expr: worst('punctual.payouts.oldest_waiting'), legend: 'waiting' }],
        },
      ],
    },
    {
      title: 'Requests',
      panels: [
        {
          title: 'Requests by status',
          what: 'Requests per second at the gateway. 5xx is our fault, 429 a limit, other 4xx the client.',
          unit: 'reqps',
          queries: [
            {
              expr: perSecond(requests, { by: ['http_response_status_code'], where: atGateway }),
              legend: '{{http_response_status_code}}',
            },
          ],
        },
        {
          title: 'Duration of requests',
          what: 'Quantiles at the gateway, over all routes.',
          unit: 's',
          queries: [0.5, 0.95, 0.99].map((q) => ({
            expr: quantile(q, 'http.server.request.duration', { where: atGateway }),
            legend: `p${q * 100}`,
          })),
        },
        {
          title: 'Slowest routes',
          what: '95th percentile of the five slowest routes at the gateway.',
          unit: 's',
          queries: [
            {
              expr: `topk(5, ${quantile(0.95, 'http.server.request.duration', { by: ['http_request_method', 'http_route'], where: atGateway })})`,
              legend: '{{http_request_method}} {{http_route}}',
            },
          ],
        },
        {
          title: 'Failed requests by route',
          what: '5xx per second at the gateway.',
          unit: 'reqps',
          only: 'requests failed',
          queries: [
            {
              expr: perSecond(requests, {
                by: ['http_request_method', 'http_route', 'http_response_status_code'],
                where: `${atGateway}, http_response_status_code=~"5.."`,
              }),
              legend: '{{http_response_status_code}} {{http_request_method}} {{http_route}}',
            },
          ],
        },
      ],
    },
    {
      title: 'After the request',
      panels: [
        {
          title: 'From the change to its effects',
          what: '99th percentile, by consumer.',
          unit: 's',
          queries: [
            { expr: quantile(0.99, 'punctual.consumer.latency', { by: ['consumer'] }), legend: '{{consumer}}' },
          ],
        },
        {
          title: 'Reminders sent',
          what: 'Reminders per second.',
          unit: 'short',
          queries: [{ expr: perSecond(series('punctual.reminders.sent')), legend: 'sent' }],
        },
        {
          title: 'Open change streams',
          what: 'Apps that follow changes, by kind.',
          unit: 'short',
          queries: [{ expr: total('punctual.gateway.streams', { by: ['view'] }), legend: '{{view}}' }],
        },
        {
          title: 'Open connections',
          what: 'Connections of clients to the gateway, which refuses more than MAX_CONNECTIONS for each instance.',
          unit: 'short',
          queries: [{ expr: total('punctual.gateway.connections'), legend: 'connections' }],
        },
        {
          title: 'Alerts',
          what: 'Alerts that fire now.',
          unit: 'short',
          only: 'an alert fires',
          queries: [
            {
              expr: `sum by (alertname, severity) (ALERTS{alertstate="firing"})`,
              legend: '{{severity}} {{alertname}}',
            },
          ],
        },
      ],
    },
  ],
};
