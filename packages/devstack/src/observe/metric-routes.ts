import type { PrometheusApi } from '@punctual/pages';
import { alertsPage } from './alerts-page.ts';
import { BadRequest, page, type Route } from './answer.ts';
import { dashboardPage, spans } from './dashboard-page.ts';
import { readDashboards } from './dashboards.ts';

/** The pages about metrics and alerts. */
export function metricRoutes(api: PrometheusApi): Route[] {
  return [
    { pattern: /^\/dashboards$/, answer: () => ({ status: 303, location: '/dashboards/journey' }) },
    {
      pattern: /^\/dashboards\/([^/]+)$/,
      answer: async ([id = ''], query) => page(await showDashboard(api, id, query)),
    },
    { pattern: /^\/alerts$/, answer: async () => page(alertsPage(await api.alerts())) },
  ];
}

async function showDashboard(api: PrometheusApi, id: string, query: URLSearchParams): Promise<string> {
  const all = await readDashboards();
  const dashboard = all.find((each) => each.id === id);
  if (!dashboard) throw new BadRequest(`The dashboards are: ${all.map((each) => each.id).join(', ')}.`);
  const minutes = spans.find((each) => String(each) === (query.get('minutes') ?? '15'));
  if (!minutes) throw new BadRequest(`minutes must be one of: ${spans.join(', ')}.`);
  const wanted = query.get('service') ?? undefined;
  const services = await api.labelValues('service_name');
  const service = wanted ?? services[0] ?? 'gateway';
  if (wanted !== undefined && !services.includes(wanted))
    throw new BadRequest(`service must be one of: ${services.join(', ')}.`);
  return dashboardPage({ dashboard, all, service, services, minutes }, api);
}
