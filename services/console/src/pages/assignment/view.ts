import type { MissingPart } from '@punctual/client';
import { type Html, html } from '@punctual/pages';
import { formatMoney } from '../../html/money.ts';
import { timesIn } from '../../html/times.ts';
import { inWords } from '../../html/words.ts';
import type { Visit } from '../page.ts';
import { replayable } from '../replay/query.ts';
import { lanes, momentsOf } from './moments.ts';
import type { History } from './read.ts';

/** @param acts what the person may do, below the facts */
export function assignmentView(visit: Visit, history: History, acts: Html): Html {
  return html`${history.missing.map((part) => html`<p class="warning">${sentenceOf(part)}</p>`)}
${facts(visit, history)}
${acts}
${timeline(visit, history)}
${replays(visit, history)}
${history.traceIds.length > 0 && html`<details><summary>Traces</summary><ul>${history.traceIds.map((id) => html`<li>${traceOf(visit, id)}</li>`)}</ul></details>`}`;
}

function traceOf({ traces }: Visit, id: string): Html {
  const link = traces.link(id);
  return link ? html`<a href="${link}"><code>${id}</code></a>` : html`<code>${id}</code>`;
}

/** Finance gets no links to what it may not do. */
function replays({ person }: Visit, { assignment }: History): Html {
  if (!person.roles.includes('ops')) return html``;
  const link = (consumer: string) => `/replay?${new URLSearchParams({ consumer, assignment: assignment.id })}`;
  return html`<details><summary>Replay its events to one consumer</summary><ul>${replayable.map((consumer) => html`<li><a href="${link(consumer)}">${consumer}</a></li>`)}</ul></details>`;
}

function facts(visit: Visit, { assignment, payout }: History): Html {
  const { times, person } = visit;
  const there = timesIn(assignment.timezone, visit.now);
  const list = (field: string, id: string) =>
    person.roles.includes('ops')
      ? html`<a href="/assignments?${field}=${id}"><code>${id}</code></a>`
      : html`<code>${id}</code>`;
  return html`<dl class="facts">
<dt>Status</dt><dd><strong>${inWords(assignment.status)}</strong>, version ${assignment.scheduleVersion}</dd>
<dt>Window</dt><dd>${times.at(assignment.scheduledStart)} to ${times.at(assignment.scheduledEnd)}<br><small>There: ${there.at(assignment.scheduledStart)} to ${there.at(assignment.scheduledEnd)} (${assignment.timezone})</small></dd>
<dt>Expires</dt><dd>${times.at(assignment.proposalExpiresAt)}</dd>
<dt>Price</dt><dd>${formatMoney(assignment.price)}</dd>
<dt>Payout</dt><dd>${payout ? html`<a href="/payouts/${payout.id}">${inWords(payout.status)}</a>` : 'None yet'}</dd>
<dt>Reminders</dt><dd>${inWords(assignment.reminderStatus)}, last sent ${times.at(assignment.reminderLastSentAt)}</dd>
<dt>Assignment</dt><dd><code>${assignment.id}</code></dd>
<dt>Job</dt><dd>${list('jobId', assignment.jobId)}</dd>
<dt>Customer</dt><dd>${list('customerId', assignment.customerId)}</dd>
<dt>Provider</dt><dd>${list('providerId', assignment.providerId)}</dd>
${assignment.nextAssignmentId && html`<dt>Next assignment</dt><dd><a href="/assignments/${assignment.nextAssignmentId}"><code>${assignment.nextAssignmentId}</code></a></dd>`}
</dl>`;
}

function timeline(visit: Visit, history: History): Html {
  const moments = momentsOf(visit, history);
  return html`<section aria-labelledby="timeline"><h2 id="timeline">Timeline</h2>
${history.truncated && html`<p>Only the latest items of each lane are shown.</p>`}
${moments.length === 0 && html`<p>Nothing has happened yet.</p>`}
<ol class="timeline lanes">
${moments.map(({ at, lane, text, bad }) => html`<li class="lane-${lanes.indexOf(lane)}${bad && ' warning'}"><div>${visit.times.exactly(at)} <small>${lane}</small></div><div>${text}</div></li>`)}
</ol></section>`;
}

function sentenceOf({ part, because }: MissingPart): string {
  const name = inWords(part);
  switch (because) {
    case 'UNKNOWN':
      return `${name} does not know this assignment.`;
    case 'AWAY':
      return `${name} gave no answer, so its part is missing here.`;
    default:
      return `The answer of ${part} could not be used, so its part is missing here.`;
  }
}
