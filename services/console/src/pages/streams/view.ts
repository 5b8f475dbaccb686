import type { ConsumerView, RunningInstance, StreamsView, StreamView } from '@punctual/operations';
import { producers } from '@punctual/operations';
import { type Html, html } from '@punctual/pages';
import { OutboxStream } from '../../acts/rebuild.ts';
import { RestoredService } from '../../acts/reconcile.ts';
import { plainForm } from '../../html/act-form.ts';
import type { Visit } from '../page.ts';
import { canReplayTo } from '../replay/query.ts';

export function streamsView(visit: Visit, { streams }: StreamsView, instances: RunningInstance[] | undefined): Html {
  return html`${streamTable(visit, streams)}
${consumerTable(visit, streams)}
${instanceTable(visit, instances)}
${repairs(visit)}`;
}

const number = (value: number) => value.toLocaleString('en');
const perSecond = (rate: number | null) => (rate === null ? '–' : `${rate.toFixed(1)}/s`);
const megabytes = (bytes: number) => `${(bytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1 })} MB`;

function streamTable({ times }: Visit, streams: readonly StreamView[]): Html {
  return html`<table class="cards">
<caption>Streams</caption>
<thead><tr><th scope="col">Stream</th><th scope="col">Full</th><th scope="col">Messages</th><th scope="col">Oldest</th><th scope="col">Stored</th><th scope="col">Replicas</th></tr></thead>
<tbody>
${streams.map(({ name, held }) =>
  held
    ? html`<tr>
<td data-label="Stream">${name}</td>
<td data-label="Full" class="${held.used >= 0.8 && 'bad'}">${(held.used * 100).toFixed(1)} %<br><small>${megabytes(held.bytes)}${held.maxBytes !== null && ` of ${megabytes(held.maxBytes)}`}</small></td>
<td data-label="Messages">${number(held.messages)}</td>
<td data-label="Oldest">${held.oldestAt === null ? '–' : times.since(held.oldestAt)}</td>
<td data-label="Stored">${perSecond(held.rate)}</td>
<td data-label="Replicas">${held.replicas}${held.leader && html`<br><small>led by ${held.leader}</small>`}</td>
</tr>`
    : html`<tr><td data-label="Stream">${name}</td><td colspan="5" class="bad">It does not exist. <code>ops streams apply --watch</code> declares it within ten seconds.</td></tr>`,
)}
</tbody>
</table>`;
}

function consumerTable(visit: Visit, streams: readonly StreamView[]): Html {
  const consumers = streams.flatMap(({ name, consumers }) => consumers.map((consumer) => ({ stream: name, consumer })));
  if (consumers.length === 0) return html`<p class="bad">No consumer is declared.</p>`;
  return html`<table class="cards">
<caption>Consumers</caption>
<thead><tr><th scope="col">Consumer</th><th scope="col">Pending</th><th scope="col">Unanswered</th><th scope="col">Redelivered</th><th scope="col">Oldest</th><th scope="col">Answered</th><th scope="col">Acts</th></tr></thead>
<tbody>
${consumers.map(({ stream, consumer }) => consumerLine(visit, stream, consumer))}
</tbody>
</table>`;
}

function consumerLine({ times }: Visit, stream: string, consumer: ConsumerView): Html {
  const { name, pending, ackPending, redelivered, oldestAt, rate, isPaused, leader } = consumer;
  return html`<tr>
<td data-label="Consumer">${name}<br><small>of ${stream}${isPaused && ', paused'}${leader && `, led by ${leader}`}</small></td>
<td data-label="Pending">${number(pending)}</td>
<td data-label="Unanswered">${number(ackPending)}</td>
<td data-label="Redelivered" class="${redelivered > 0 && 'bad'}">${number(redelivered)}</td>
<td data-label="Oldest">${oldestAt === null ? '–' : times.since(oldestAt)}</td>
<td data-label="Answered">${perSecond(rate)}</td>
<td data-label="Acts">${canReplayTo(name, stream) ? html`<a href="/replay?consumer=${name}" aria-label="Replay to ${name}">Replay …</a>` : '–'}</td>
</tr>`;
}

function instanceTable({ times }: Visit, instances: RunningInstance[] | undefined): Html {
  if (!instances) return html`<p role="status">The instances are being asked. Look again in a few seconds.</p>`;
  if (instances.length === 0) return html`<p class="bad">No instance answers on NATS.</p>`;
  return html`<table class="cards">
<caption>Who is connected</caption>
<thead><tr><th scope="col">Service</th><th scope="col">Version</th><th scope="col">Contracts</th><th scope="col">Started</th><th scope="col">Instance</th></tr></thead>
<tbody>
${instances.map(
  ({ service, version, revision, contracts, startedAt, id }) => html`<tr>
<td data-label="Service">${service}</td>
<td data-label="Version">${version}${revision && html` <small>${revision.slice(0, 8)}</small>`}</td>
<td data-label="Contracts">${contracts}</td>
<td data-label="Started">${times.at(startedAt)}</td>
<td data-label="Instance"><code>${id}</code></td>
</tr>`,
)}
</tbody>
</table>`;
}

/** What needs the database of a service; without it, the command that does the same. */
function repairs(visit: Visit): Html {
  const { databases } = visit.system;
  const repair = (isPossible: boolean, name: string, value: string, command: string) =>
    isPossible
      ? plainForm(
          visit,
          html`<button type="submit" name="${name}" value="${value}">${name === 'rebuild' ? 'Rebuild' : 'Reconcile'} ${value} …</button>`,
        )
      : html`<p>This console does not know the database for it. Run <code>npm run ops -- ${command}</code></p>`;
  return html`<section aria-labelledby="rebuild"><h2 id="rebuild">Rebuild a stream</h2>
<p>Refills a stream that was lost from the outbox of its service. REMINDER needs no act: reminders refills it.</p>
${OutboxStream.options.map((stream) => repair(databases[producers[stream]] !== undefined, 'rebuild', stream, `rebuild-stream --stream ${stream}`))}
</section>
<section aria-labelledby="reconcile"><h2 id="reconcile">After a restore</h2>
<p>A service whose database was restored publishes nothing until somebody agrees to its plan.</p>
${RestoredService.options.map((service) => repair(databases[service] !== undefined, 'reconcile', service, `reconcile-after-restore --service ${service}`))}
</section>`;
}
