import { type InspectedDeadLetter, type LaterEvents, whereBody } from '@punctual/operations';
import { type Html, html } from '@punctual/pages';
import { plainForm } from '../../html/act-form.ts';
import { counted } from '../../html/words.ts';
import { pathOf } from '../dead-letters/query.ts';
import type { Visit } from '../page.ts';
import { markedJson } from './marked-json.ts';

export function letterView(visit: Visit, { letter, check, after }: InspectedDeadLetter): Html {
  const { sequence, at, consumer, reason, deliveries, stream, streamSequence, type, version, assignmentId } = letter;
  return html`<dl class="facts">
<dt>Reason</dt><dd class="bad">${reason || '–'}</dd>
<dt>Consumer</dt><dd><a href="${pathOf({ consumer })}">${consumer}</a>, after ${counted(deliveries, 'delivery', 'deliveries')}</dd>
<dt>Dead since</dt><dd>${visit.times.at(at)}</dd>
<dt>Event</dt><dd>${type ?? 'Unreadable'}${version !== null && ` version ${version}`}, message ${streamSequence} of ${stream}</dd>
<dt>Assignment</dt><dd>${assignmentId === null ? '–' : html`<a href="/assignments/${encodeURIComponent(assignmentId)}"><code>${assignmentId}</code></a>`}</dd>
</dl>
${acts(visit, sequence)}
${check ? contract(check, letter.content?.data) : html`<p class="bad">It cannot be redriven: ${whereBody(letter)}.</p>`}
${later(visit, after)}`;
}

function acts(visit: Visit, sequence: number): Html {
  return plainForm(
    { ...visit, here: pathOf({ sequence }) },
    html`<div class="acts">
<button type="submit" name="act" value="redrive">Redrive …</button>
<button type="submit" name="act" value="drop">Drop …</button>
</div>`,
  );
}

function contract({ json, isKnown, faults }: NonNullable<InspectedDeadLetter['check']>, data?: Uint8Array): Html {
  const verdict =
    faults.length > 0
      ? html`<p class="bad">${counted(faults.length, 'fault')} against its contract:</p>
<ul>${faults.map(({ path, message }) => html`<li><code>${path || 'the event'}</code>: ${message}</li>`)}</ul>`
      : isKnown
        ? html`<p class="good">It matches its contract: the fault is in the consumer, or was elsewhere.</p>`
        : html`<p>This release has no contract for its type.</p>`;
  const body =
    json === undefined
      ? Buffer.from(data ?? [])
          .toString()
          .slice(0, 10_000)
      : markedJson(json, faults);
  return html`<section aria-labelledby="contract"><h2 id="contract">Event</h2>
${verdict}
<pre tabindex="0" aria-label="The event"><code>${body}</code></pre>
</section>`;
}

function later({ times }: Visit, { events, isComplete }: LaterEvents): Html {
  const none = isComplete ? 'Nothing newer about the same assignment is on the stream.' : 'Nothing newer was found.';
  return html`<section aria-labelledby="after"><h2 id="after">What came after</h2>
${events.length === 0 ? html`<p>${none}</p>` : html`<ol class="timeline">${events.map(({ time, type, version, sequence }) => html`<li>${times.at(time)} <strong>${type}</strong> version ${version}, message ${sequence}</li>`)}</ol>`}
${!isComplete && html`<p>Only a part of the stream was looked through.</p>`}
</section>`;
}
