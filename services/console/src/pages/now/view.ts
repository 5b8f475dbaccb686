import type { RunningInstance, StreamsView } from '@punctual/operations';
import { type Html, html } from '@punctual/pages';
import { counted } from '../../html/words.ts';
import type { Visit } from '../page.ts';
import type { Finding } from './promises.ts';
import type { Answer, NowFacts } from './read.ts';
import type { OutboxAge, PastAlert } from './signals.ts';

export function nowView(visit: Visit, facts: NowFacts): Html {
  return html`<dl class="facts" aria-label="Promises">
${promise('Events flow', facts.flow, '/streams')}
${promise('Nothing is dead', facts.dead, '/dead-letters')}
${promise('Reminders are on time', facts.onTime, '/reminders')}
${promise('Money waits for nobody', facts.money, '/approvals')}
</dl>
${section('alerts', 'Alerts of the last day', facts.alerts, (alerts) => alertList(visit, alerts))}
${section('outboxes', 'Outboxes', facts.outboxes, outboxList)}
${section('lag', 'Lag', facts.streams, (view) => lag(visit, view))}
${section('versions', 'Versions', facts.instances, versions)}`;
}

function promise(name: string, found: Answer<Finding>, href: string): Html {
  if ('missing' in found) return html`<dt>${name}</dt><dd class="bad">Unknown. ${found.missing}</dd>`;
  const { kept, sentence } = found.value;
  const body = kept ? sentence : html`<a href="${href}">${sentence}</a>`;
  return html`<dt>${name}</dt><dd class="${kept ? 'good' : 'bad'}"><strong>${kept ? 'Yes' : 'No'}.</strong> ${body}</dd>`;
}

/** @param found undefined without a Prometheus */
function section<T>(id: string, title: string, found: Answer<T> | undefined, show: (value: T) => Html): Html {
  const body = !found
    ? html`<p>Unknown: no Prometheus is set (<code>PROMETHEUS_URL</code>).</p>`
    : 'missing' in found
      ? html`<p class="bad">Unknown. ${found.missing}</p>`
      : show(found.value);
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
${body}
</section>`;
}

function alertList({ times }: Visit, alerts: readonly PastAlert[]): Html {
  if (alerts.length === 0) return html`<p class="good">No alert fired.</p>`;
  return html`<ul>
${alerts.map(({ name, severity, summary, lastAt, fires }) => html`<li class="${fires && 'bad'}"><strong>${name}</strong> (${severity}): ${summary}, ${fires ? 'fires now' : html`last ${times.since(lastAt)}`}</li>`)}
</ul>`;
}

function outboxList(ages: readonly OutboxAge[]): Html {
  if (ages.length === 0) return html`<p>No service reports its outbox.</p>`;
  return html`<ul>
${ages.map(({ service, seconds }) => html`<li>${service}: the oldest event has waited ${counted(Math.round(seconds), 'second')}</li>`)}
</ul>`;
}

function lag({ times }: Visit, { streams }: StreamsView): Html {
  const behind = streams.flatMap(({ consumers }) => consumers).filter(({ oldestAt }) => oldestAt);
  if (behind.length === 0) return html`<p class="good">No event waits for a consumer.</p>`;
  return html`<ul>
${behind.map(({ name, pending, ackPending, oldestAt }) => html`<li><a href="/streams">${name}</a>: ${counted(pending + ackPending, 'event')}, the oldest stored ${times.since(String(oldestAt))}</li>`)}
</ul>`;
}

/** Versions, which differ during a roll-out; each instance is on the page of the streams. */
function versions(instances: readonly RunningInstance[] | undefined): Html {
  if (!instances) return html`<p role="status">The instances are being asked. Look again in a few seconds.</p>`;
  if (instances.length === 0) return html`<p class="bad">No instance answers on NATS.</p>`;
  const builds = Map.groupBy(instances, ({ service, version, revision }) =>
    `${service} ${version} ${revision.slice(0, 12)}`.trim(),
  );
  return html`<ul>
${[...builds].map(([build, each]) => html`<li><a href="/streams">${build}</a>: ${counted(each.length, 'instance')}</li>`)}
</ul>`;
}
