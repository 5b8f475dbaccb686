import { type Html, html, type PrometheusApi, type Sample } from '@punctual/pages';
import { inWords } from '../../html/words.ts';
import type { Visit } from '../page.ts';

const range = '24h';
const lateness = `sum by (le) (increase(punctual_reminders_lateness_seconds_bucket[${range}]))`;
const suppressed = `sum by (because) (increase(punctual_reminders_suppressed_total[${range}]))`;

/** How late reminders were sent, and why others were not, as Prometheus has measured it. */
export async function lastDay({ metrics }: Visit): Promise<Html> {
  return html`<section aria-labelledby="last-day"><h2 id="last-day">The last 24 hours</h2>
${metrics ? await measured(metrics) : html`<p>What was sent how late, and what was not sent, needs a Prometheus: PROMETHEUS_URL.</p>`}
</section>`;
}

async function measured(metrics: PrometheusApi): Promise<Html> {
  const ask = (expr: string) => metrics.queryAll(expr).catch(() => undefined);
  const [sent, notSent] = await Promise.all([ask(lateness), ask(suppressed)]);
  if (!sent || !notSent) return html`<p class="bad">Prometheus gives no answer.</p>`;
  const reasons = notSent
    .map(({ labels, value }) => [inWords(labels.because ?? ''), value] as const)
    .toSorted(([, one], [, other]) => other - one);
  return html`${bars('Sent, by lateness', buckets(sent))}${bars('Not sent, by reason', reasons)}`;
}

/** What is in each bucket alone; Prometheus adds up all smaller ones. */
export function buckets(samples: readonly Sample[]): (readonly [string, number])[] {
  const bounds = samples
    .map(({ labels, value }) => ({ le: labels.le === '+Inf' ? Number.POSITIVE_INFINITY : Number(labels.le), value }))
    .toSorted((one, other) => one.le - other.le);
  return bounds.map(({ le, value }, index) => {
    const [before] = bounds.slice(index - 1, index);
    const text = le === Number.POSITIVE_INFINITY ? `more than ${seconds(before?.le ?? 0)}` : `up to ${seconds(le)}`;
    return [text, value - (before?.value ?? 0)] as const;
  });
}

function bars(caption: string, rows: readonly (readonly [string, number])[]): Html {
  const shown = rows.map(([text, value]) => [text, Math.round(value)] as const).filter(([, value]) => value > 0);
  if (shown.length === 0) return html`<p>${caption}: none.</p>`;
  const most = Math.max(...shown.map(([, value]) => value));
  return html`<table><caption>${caption}</caption>
<tbody>${shown.map(([text, value]) => html`<tr><th scope="row">${text}</th><td>${value.toLocaleString('en')}</td><td><progress aria-hidden="true" value="${value}" max="${most}"></progress></td></tr>`)}</tbody>
</table>`;
}

function seconds(value: number): string {
  return value < 60 ? `${value} s` : `${(value / 60).toLocaleString('en')} min`;
}
