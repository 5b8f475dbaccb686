import { type Html, html } from '@punctual/pages';
import type { OperationKind, Plan, Result } from '../../audit/messages.ts';
import type { AuditedAct } from '../../audit/read-audit.ts';
import { plainForm } from '../../html/act-form.ts';
import { actorOf, kindNames, resultOf } from '../../html/acts.ts';
import { resultList } from '../outcome.ts';
import type { Visit } from '../page.ts';

type Results = { results: readonly Result[]; next: number | undefined };

export function actView(visit: Visit, act: AuditedAct, results: Results): Html {
  const { id, state, plan } = act;
  const isRunning = state === 'RUNNING';
  return html`<div id="act"${isRunning && html` hx-get="/acts/${id}" hx-trigger="every 2s" hx-select="#act" hx-target="#act" hx-swap="outerHTML"`}>
${facts(visit, act)}
${state === 'PLANNED' && plan && review(visit, plan)}
${isRunning && html`<p>It goes on when you leave this page. <a href="/acts/${id}">Look again</a></p>`}
${state === 'INTERRUPTED' && html`<p class="bad">It was interrupted: its process ended. What is not listed below may have been done. ${again(act)}</p>`}
${selected(act)}
${failures(act)}
${list(act, results)}
</div>`;
}

/** Who has begun an act, and when, as a sentence. */
export function whoBegan({ person, now }: Visit, { start }: AuditedAct): string {
  if (!start) return 'Somebody else was faster.';
  const seconds = Math.max(0, Math.round(now.since(start.at).total('seconds')));
  return `${start.by.id === person.id ? 'You' : start.by.name} began this ${seconds} s ago.`;
}

function facts(visit: Visit, act: AuditedAct): Html {
  const { plan, start, end, state } = act;
  return html`<dl class="facts">
${plan && html`<dt>Planned</dt><dd>by ${actorOf(visit, plan.by)}, ${visit.times.at(plan.at)}</dd>`}
${start && html`<dt>Begun</dt><dd>by ${actorOf(visit, start.by)}, ${visit.times.at(start.at)}</dd><dt>Why</dt><dd>${start.reason || '–'}</dd>`}
${state !== 'PLANNED' && html`<dt>Result</dt><dd><strong role="status">${resultOf(act)}</strong></dd>`}
${end && html`<dt>Ended</dt><dd>${visit.times.at(end.at)}: ${end.sentence}</dd>`}
</dl>`;
}

/** What is about to happen, and the form to agree to it with a reason. */
function review(visit: Visit, { kind, what, count, sample }: Plan): Html {
  const more = count - sample.length;
  return html`<section id="review" aria-labelledby="review-title">
<h2 id="review-title">${what}?</h2>
<p>${effects[kind]}</p>
<ul>
${sample.map((each) => html`<li>${each}</li>`)}
${more > 0 && html`<li>and ${more.toLocaleString('en')} more</li>`}
</ul>
${plainForm(
  visit,
  html`<label>Reason <input name="reason" required maxlength="500" autocomplete="off" aria-describedby="reason-hint"></label>
<p id="reason-hint"><small>The audit keeps it: leave names out of it.</small></p>
<button type="submit">${what}</button>
<a href="${origins[kind][0]}">Cancel</a>`,
)}
</section>`;
}

const effects: Readonly<Record<OperationKind, string>> = {
  redrive:
    'Each goes again to the consumer that gave up on it: first 1, then 10, then 100 at a time. It stops at the first new failure.',
  drop: 'Each is removed for good. Its consumer never handles it.',
  replay:
    'The consumer gets these events again. It ignores those that it knows: by id for seven days, by version for ever.',
  rebuild:
    'The service publishes these events again, with the same ids. They are appended, so they arrive out of order.',
  reconcile:
    'The service publishes each as its database has it, above the versions of the stream, and withdraws the events that no longer hold. What happened after the backup is not brought back.',
};

/** Where an act of a kind is planned. */
const origins: Readonly<Record<OperationKind, readonly [path: string, text: string]>> = {
  redrive: ['/dead-letters', 'Select the rest again'],
  drop: ['/dead-letters', 'Select the rest again'],
  replay: ['/replay', 'Plan the replay again'],
  rebuild: ['/streams', 'Plan the rebuild again'],
  reconcile: ['/streams', 'Plan it again'],
};

function again({ plan }: AuditedAct): Html {
  if (!plan) return html``;
  const [path, text] = origins[plan.kind];
  return html`<a href="${path}">${text}</a>`;
}

/** What an act without a plan was about. */
function selected({ plan, start }: AuditedAct): Html {
  if (plan || !start) return html``;
  return html`<details><summary>${kindNames[start.kind]}: what was selected</summary><ul>${start.selected.map((id) => html`<li><code>${id}</code></li>`)}</ul></details>`;
}

function failures({ end }: AuditedAct): Html {
  if (!end || end.failures.length === 0) return html``;
  const hidden = end.failed - end.failures.length;
  return html`<section aria-labelledby="failures"><h2 id="failures">Not done</h2>
${resultList(end.failures)}
${hidden > 0 && html`<p>and ${hidden.toLocaleString('en')} more, below.</p>`}
</section>`;
}

function list({ id, state }: AuditedAct, { results, next }: Results): Html {
  if (results.length === 0) return state === 'PLANNED' ? html`` : html`<p>No results yet.</p>`;
  return html`<section aria-labelledby="results"><h2 id="results">Results</h2>
${resultList(results)}
${next && html`<p><a href="/acts/${id}?after=${next}" rel="next">More results</a></p>`}
</section>`;
}
