import { chart, last, type NamedSeries } from './chart.ts';
import type { Dashboard, Panel } from './dashboards.ts';
import { formatValue } from './format.ts';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import type { PrometheusApi } from './prometheus-api.ts';

const rangeSeconds = 15 * 60;
const stepSeconds = 5;
/** Four scrapes of the development stack and the step, as Grafana chooses it. */
const rateInterval = '20s';

export type DashboardView = { dashboard: Dashboard; all: readonly Dashboard[]; service: string; services: string[] };

/** The panels of a dashboard over the last quarter of an hour, drawn here instead of by Grafana. */
export async function dashboardPage(view: DashboardView, api: PrometheusApi): Promise<string> {
  const { dashboard, all, service, services } = view;
  const to = Math.floor(Date.now() / 1_000);
  const range = { from: to - rangeSeconds, to, step: stepSeconds };
  const panels = await Promise.all(
    dashboard.panels
      .filter(({ type }) => type !== 'row')
      .map((panel) => drawPanel(panel, (expr) => api.queryRange(fill(expr, service), range), range)),
  );
  const link = (href: string, text: string, current: boolean) =>
    html`<li><a href="${href}"${current && html` aria-current="true"`}>${text}</a></li>`;
  const body = html`
<nav aria-label="Dashboards"><ul class="choices">${all.map((each) => link(`/dashboards/${each.id}`, shortTitle(each), each.id === dashboard.id))}</ul></nav>
${dashboard.perService && html`<nav aria-label="Services"><ul class="choices">${services.map((each) => link(`/dashboards/${dashboard.id}?service=${each}`, each, each === service))}</ul></nav>`}
<p>${dashboard.description} The last ${rangeSeconds / 60} minutes; reload for new values.</p>
<div class="panels">${panels}</div>`;
  return layout({ title: shortTitle(dashboard), path: '/dashboards', body });
}

export function fill(expr: string, service: string): string {
  return expr
    .replaceAll('$__rate_interval', rateInterval)
    .replaceAll('$__range', `${rangeSeconds}s`)
    .replaceAll('$service', service);
}

type Ask = (expr: string) => ReturnType<PrometheusApi['queryRange']>;

async function drawPanel(panel: Panel, ask: Ask, range: { from: number; to: number; step: number }): Promise<Html> {
  const answers = await Promise.all(
    panel.targets.map(async ({ expr, legendFormat }) =>
      (await ask(expr)).map((series): NamedSeries => ({ ...series, name: nameOf(series.labels, legendFormat) })),
    ),
  );
  const series = answers.flat().filter(({ points }) => points.length > 0);
  const unit = panel.fieldConfig?.defaults.unit ?? 'short';
  const [first] = series;
  const content = !first
    ? html`<p class="quiet">No data.</p>`
    : panel.type === 'stat'
      ? html`<p class="stat">${formatValue(last(first), unit)}</p>`
      : chart(series, { unit, ...range });
  return html`<section class="panel${panel.type === 'stat' && ' is-stat'}"><h2>${panel.title}</h2><p class="quiet">${panel.description}</p>${content}</section>
`;
}

function nameOf(labels: Record<string, string>, format: string): string {
  return format.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_match, label: string) => labels[label] ?? '').trim() || 'all';
}

function shortTitle({ title }: Dashboard): string {
  return title.replace('Punctual: ', '');
}
