import type { PrometheusApi } from '@punctual/pages';
import { type Html, html } from '@punctual/pages';
import { chart, last, type NamedSeries } from './chart.ts';
import type { Dashboard, Panel } from './dashboards.ts';
import { formatValue } from './format-value.ts';
import { layout } from './layout.ts';

/** How far back a page may look, in minutes. */
export const spans = [5, 15, 60] as const;
export type Span = (typeof spans)[number];

/** The graphs have at least this many points, unless these would be closer than {@link leastStep}. */
const points = 180;
/** In seconds: two scrapes of the development stack, rounded up. */
const leastStep = 5;
const shownExemplars = 8;

export type DashboardView = {
  dashboard: Dashboard;
  all: readonly Dashboard[];
  service: string;
  services: string[];
  minutes: Span;
};

/** The panels of a dashboard over the last minutes, drawn here instead of by Grafana. */
export async function dashboardPage(view: DashboardView, api: PrometheusApi): Promise<string> {
  const { dashboard, all, service, services, minutes } = view;
  const to = Math.floor(Date.now() / 1_000);
  const range = { from: to - minutes * 60, to, step: Math.max(leastStep, (minutes * 60) / points) };
  const ask: Ask = {
    series: (expr) => api.queryRange(fill(expr, { service, ...range }), range),
    exemplars: (expr) => api.exemplars(fill(expr, { service, ...range }), range),
  };
  const panels = await Promise.all(
    dashboard.panels.filter(({ type }) => type !== 'row').map((panel) => drawPanel(panel, ask, range)),
  );
  const link = (to: Partial<Address>, text: string, current: boolean) =>
    html`<li><a href="${hrefOf({ id: dashboard.id, service, minutes, ...to })}"${current && html` aria-current="true"`}>${text}</a></li>`;
  const body = html`
<nav aria-label="Dashboards"><ul class="choices">${all.map((each) => link({ id: each.id }, shortTitle(each), each.id === dashboard.id))}</ul></nav>
${dashboard.perService && html`<nav aria-label="Services"><ul class="choices">${services.map((each) => link({ service: each }, each, each === service))}</ul></nav>`}
<nav aria-label="Time"><ul class="choices">${spans.map((each) => link({ minutes: each }, `${each} minutes`, each === minutes))}</ul></nav>
<p>${dashboard.description} Reload for new values.</p>
<div class="panels">${panels}</div>`;
  return layout({ title: shortTitle(dashboard), path: '/dashboards', body });
}

type Address = { id: string; service: string; minutes: Span };

function hrefOf({ id, service, minutes }: Address): string {
  return `/dashboards/${id}?${new URLSearchParams({ service, minutes: String(minutes) })}`;
}

/** As Grafana fills in a query. A rate needs four scrapes, and more than a step. */
function fill(expr: string, { service, from, to, step }: { service: string; from: number; to: number; step: number }) {
  return expr
    .replaceAll('$__rate_interval', `${Math.max(20, step + leastStep)}s`)
    .replaceAll('$__range', `${to - from}s`)
    .replaceAll('$service', service);
}

type Ask = {
  series: (expr: string) => ReturnType<PrometheusApi['queryRange']>;
  exemplars: (expr: string) => ReturnType<PrometheusApi['exemplars']>;
};

async function drawPanel(panel: Panel, ask: Ask, range: { from: number; to: number; step: number }): Promise<Html> {
  const answers = await Promise.all(
    panel.targets.map(async ({ expr, legendFormat }) =>
      (await ask.series(expr)).map((series): NamedSeries => ({ ...series, name: nameOf(series.labels, legendFormat) })),
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
  return html`<section class="panel${panel.type === 'stat' && ' is-stat'}"><h2>${panel.title}</h2><p class="quiet">${panel.description}</p>${content}${await exemplarLinks(panel, ask)}</section>
`;
}

/** The slowest traces among the exemplars. */
async function exemplarLinks({ targets, fieldConfig }: Panel, ask: Ask): Promise<Html | undefined> {
  const asking = targets.filter(({ exemplar }) => exemplar).map(({ expr }) => ask.exemplars(expr));
  const slowestFirst = (await Promise.all(asking)).flat().toSorted((a, b) => b.value - a.value);
  const each = slowestFirst.filter(
    ({ traceId }, at) => at === slowestFirst.findIndex((one) => one.traceId === traceId),
  );
  if (each.length === 0) return undefined;
  const unit = fieldConfig?.defaults.unit ?? 'short';
  return html`<p class="quiet">Slowest traces: ${each.slice(0, shownExemplars).map(({ traceId, value }) => html`<a href="/traces/${traceId}">${formatValue(value, unit)}</a> `)}</p>`;
}

function nameOf(labels: Record<string, string>, format: string): string {
  return format.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_match, label: string) => labels[label] ?? '').trim() || 'all';
}

function shortTitle({ title }: Dashboard): string {
  return title.replace('Punctual: ', '');
}
