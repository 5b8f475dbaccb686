import {
  formatDuration,
  formatTime,
  type Html,
  html,
  slowMs,
  summarize,
  type Trace,
  type TraceSummary,
  type TraceView,
  views,
} from '@punctual/pages';
import { layout } from './layout.ts';

export type TraceList = { view: TraceView; service: string | undefined; services: string[]; traces: Trace[] };

const titles: Record<TraceView, string> = {
  recent: 'Recent traces',
  slow: `Traces with a span of ${slowMs} ms or more`,
  failed: 'Traces with a failed span',
};

/** The traces of the last hour, and the ways to narrow them. */
export function traceListPage({ view, service, services, traces }: TraceList): string {
  const rows = traces.map(summarize).filter((summary) => summary !== undefined);
  const href = (toView: TraceView, ofService: string | undefined) =>
    `/traces?${new URLSearchParams({ view: toView, ...(ofService !== undefined && { service: ofService }) })}`;
  const link = (to: string, text: string, current: boolean) =>
    html`<li><a href="${to}"${current && html` aria-current="true"`}>${text}</a></li>`;
  const body = html`
<form action="/traces/find" class="find">
<label for="id">Trace ID</label> <input id="id" name="id" autocomplete="off" spellcheck="false" required minlength="16"> <button>Show</button>
</form>
<nav aria-label="Kinds of traces"><ul class="choices">${views.map((each) => link(href(each, service), each, each === view))}</ul></nav>
<nav aria-label="Services"><ul class="choices">${link(href(view, undefined), 'all services', service === undefined)}${services.map((each) => link(href(view, each), each, each === service))}</ul></nav>
${rows.length > 0 ? table(rows) : html`<p>No traces like this in the last hour.</p>`}`;
  return layout({ title: titles[view], path: '/traces', body });
}

function table(rows: TraceSummary[]): Html {
  return html`<table class="traces">
<thead><tr><th scope="col">Start (UTC)</th><th scope="col">Trace</th><th scope="col">Services</th><th scope="col" class="number">Spans</th><th scope="col" class="number">First span</th><th scope="col" class="number">Until the end</th></tr></thead>
<tbody>${rows.map(row)}</tbody>
</table>`;
}

function row({ id, root, services, spans, failedSpans, startUs, durationUs }: TraceSummary): Html {
  return html`<tr><td>${formatTime(startUs)}</td><td><a href="/traces/${id}">${root.service}: ${root.name}</a>${failedSpans > 0 && html` <span class="failed">${failedSpans} failed</span>`}</td><td>${services.join(', ')}</td><td class="number">${spans}</td><td class="number">${formatDuration(root.durationUs)}</td><td class="number">${formatDuration(durationUs)}</td></tr>
`;
}
