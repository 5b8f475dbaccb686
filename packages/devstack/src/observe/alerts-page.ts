import type { Alert } from '@punctual/pages';
import { type Html, html } from '@punctual/pages';
import { layout } from './layout.ts';

const order = ['firing', 'pending', 'inactive', 'unknown'];

/** Every alert and whether it fires, those that fire first. */
export function alertsPage(alerts: readonly Alert[]): string {
  const rows = alerts.toSorted((a, b) => order.indexOf(a.state) - order.indexOf(b.state)).map(row);
  const firing = alerts.filter(({ state }) => state === 'firing').length;
  const body = html`<p>${firing === 0 ? 'No alert fires.' : html`<span class="failed">${firing} firing.</span>`}
Each names its section of the runbook. Reload for the present state.</p>
<ul class="alerts">${rows}</ul>`;
  return layout({ title: 'Alerts', path: '/alerts', body });
}

function row({ name, state, labels, annotations, alerts, query }: Alert): Html {
  const { runbook_url: runbook = '', summary = '' } = annotations;
  const active = alerts.map(
    (alert) =>
      html`<li>since ${alert.activeAt.slice(11, 19)} UTC: ${alert.annotations.description ?? alert.annotations.summary}</li>`,
  );
  return html`<li><details${alerts.length > 0 && html` open`}><summary><b>${name}</b>
<span class="${state === 'firing' ? 'failed' : 'quiet'}">${state}</span> <span class="quiet">${labels.severity}</span></summary>
<p>${summary}</p>${active.length > 0 && html`<ul>${active}</ul>`}<p><code>${query}</code></p>
<p>Runbook: <code>${runbook}</code></p></details></li>
`;
}
