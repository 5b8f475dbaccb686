import { perSecond, quantile, series, worst } from '../series.ts';
import type { DashboardSpec } from './spec.ts';

const stripe = 'PAYMENT_PROVIDER=stripe';

/** What is owed, decided and paid. */
export const payouts: DashboardSpec = {
  id: 'payouts',
  title: 'Punctual: Payouts',
  what: 'What is owed, decided and paid.',
  rows: [
    {
      title: 'Decisions',
      panels: [
        {
          title: 'Payouts by status',
          what: 'BLOCKED and AWAITING_APPROVAL wait for a person.',
          unit: 'short',
          queries: [{ expr: worst('punctual.payouts.by_status', { by: ['status'] }), legend: '{{status}}' }],
        },
        {
          title: 'Oldest payout awaiting a decision',
          what: 'Objective: two days.',
          unit: 's',
          queries: [{ expr: worst('punctual.payouts.oldest_waiting'), legend: 'oldest' }],
        },
        {
          title: 'Time until a decision',
          what: 'From when a payout began to wait until a person approved or blocked it. Objective: two days.',
          unit: 's',
          queries: [0.5, 0.99].map((q) => ({
            expr: quantile(q, 'punctual.payouts.decision_time'),
            legend: `p${q * 100}`,
          })),
        },
      ],
    },
    {
      title: 'Payments',
      panels: [
        {
          title: 'Differences between the books',
          what: 'Found hourly, by kind. Anything but 0 needs a person.',
          unit: 'short',
          only: 'an hour has passed',
          queries: [{ expr: worst('punctual.payouts.drift', { by: ['kind'] }), legend: '{{kind}}' }],
        },
        {
          title: 'Payments by outcome',
          what: 'Answers of the payment provider per second.',
          unit: 'short',
          only: stripe,
          queries: [
            { expr: perSecond(series('punctual.payouts.payments'), { by: ['outcome'] }), legend: '{{outcome}}' },
          ],
        },
        {
          title: 'Duration of calls to the payment provider',
          what: '95th percentile, by status.',
          unit: 's',
          only: stripe,
          queries: [
            {
              expr: `histogram_quantile(0.95, ${perSecond(`${series('http.client.request.duration')}_bucket`, { by: ['le', 'http_response_status_code'], where: 'service_name="payouts"' })})`,
              legend: '{{http_response_status_code}}',
            },
          ],
        },
        {
          title: 'Payments that the provider refuses for our key',
          what: 'They wait until the key is replaced.',
          unit: 'short',
          only: `${stripe} with a refused key`,
          queries: [{ expr: `sum(${series('punctual.payouts.key_refused')})`, legend: 'refused' }],
        },
      ],
    },
  ],
};
