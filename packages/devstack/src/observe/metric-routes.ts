import { alertsPage } from './alerts-page.ts';
import { BadRequest, page, type Route } from './answer.ts';
import { dashboardPage } from './dashboard-page.ts';
import { readDashboards } from './dashboards.ts';
import type { PrometheusApi } from './prometheus-api.ts';

/** The pages about metrics and alerts. */
export function metricRoutes(api: PrometheusApi): Route[] {
  return [
    { pattern: /^\/dashboards$/, answer: () => ({ status: 303, location: '/dashboards/journey' }) },
    {
      pattern: /^\/dashboards\/([^/]+)$/,
      answer: async ([id = ''], query) => page(await showDashboard(api, id, query.get('service') ?? undefined)),
    },
    { pattern: /^\/alerts$/, answer: async () => page(alertsPage(await api.alerts())) },
  ];
}

async function showDashboard(api: PrometheusApi, id: string, wanted: string | undefined): Promise<string> {
  const all = await readDashboards();
  const dashboard = all.find((each) => each.id === id);
  if (!dashboard) throw new BadRequest(`The dashboards are: ${all.map((each) => each.id).join(', ')}.`);
  const services = await api.labelValues('service_name');
  const service = wanted ?? services[0] ?? 'gateway';
  if (wanted !== undefined && !services.includes(wanted))
    throw new BadRequest(`service must be one of: ${services.join(', ')}.`);
  return dashboardPage({ dashboard, all, service, services }, api);
}
