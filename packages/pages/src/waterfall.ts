import { formatDuration, formatTime } from './format-time.ts';
import { type Html, html } from './html.ts';
import { type TimeAxis, timeAxis } from './time-axis.ts';
import { inTreeOrder, summarize, type Trace, type TraceSpan } from './trace.ts';

const deepest = 12;
const width = 1000;

/**
 * A trace as a waterfall: one row for each span, which opens to its attributes. Links to other traces
 * are at `/traces/:id`. Colours and widths are for the style sheet: `waterfall`, `depth-N`, `bar-SERVICE`.
 */
export function waterfall(trace: Trace): Html {
  const summary = summarize(trace);
  if (!summary) return html`<p>This trace has no spans.</p>`;
  const axis = timeAxis(trace.spans);
  const rows = inTreeOrder(trace.spans).map(({ span, depth }) => row(span, { depth, axis, startUs: summary.startUs }));
  const cut = axis.gaps.reduce((sum, { startUs, endUs }) => sum + endUs - startUs, 0);
  return html`
<p>${summary.spans} spans of ${summary.services.join(', ')}, ${summary.failedSpans || 'none'} failed.
From ${formatTime(summary.startUs)} UTC, over ${formatDuration(summary.durationUs)}.
${cut > 0 && html`Idle time is drawn shortened: ${formatDuration(cut)} in ${axis.gaps.length} ${axis.gaps.length === 1 ? 'gap' : 'gaps'}.`}</p>
<p>Trace ID <code>${trace.id}</code></p>
<ol class="waterfall">${rows}</ol>`;
}

type RowOptions = { depth: number; axis: TimeAxis; startUs: number };

function row(span: TraceSpan, { depth, axis, startUs }: RowOptions): Html {
  return html`<li${span.failed && html` class="has-failed"`}><details><summary>
<span class="name depth-${Math.min(depth, deepest)}"><b class="service-${span.service}">${span.service}</b> ${span.name}${span.failed && html` <span class="failed">failed</span>`}</span>
<span class="number">${formatDuration(span.durationUs)}</span>
${bar(span, axis)}
</summary>${details(span, startUs)}</details></li>
`;
}

function bar({ startUs, durationUs, service, failed }: TraceSpan, axis: TimeAxis): Html {
  const from = axis.at(startUs) * width;
  const length = Math.max(axis.at(startUs + durationUs) * width - from, 2);
  const gaps = axis.gaps.map((gap) => {
    const x = axis.at(gap.startUs) * width;
    return html`<rect class="gap" x="${x.toFixed(1)}" y="0" width="${(axis.at(gap.endUs) * width - x).toFixed(1)}" height="12"/>`;
  });
  return html`<svg class="bar" viewBox="0 0 ${width} 12" preserveAspectRatio="none" aria-hidden="true">${gaps}<rect class="${failed ? 'failed-bar' : `bar-${service}`}" x="${Math.min(from, width - 2).toFixed(1)}" y="1" width="${length.toFixed(1)}" height="10"/></svg>`;
}

function details({ kind, startUs, attributes, events, links }: TraceSpan, traceStartUs: number): Html {
  const shown = attributes.filter(([name]) => name !== 'span.kind' && name !== 'error');
  return html`<div class="details"><p>${kind}, started ${formatDuration(startUs - traceStartUs)} after the trace.</p>
${list(shown)}${events.map((event) => html`<p>After ${formatDuration(event.atUs - startUs)}:</p>${list(event.attributes)}`)}
${links.map(({ traceId }) => html`<p>Caused by <a href="/traces/${traceId}">trace ${traceId}</a></p>`)}</div>`;
}

function list(attributes: readonly [name: string, value: string][]): Html | undefined {
  if (attributes.length === 0) return undefined;
  return html`<dl>${attributes.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
