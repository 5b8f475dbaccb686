import { HttpProblem } from '@punctual/chassis';
import type { Window } from '@punctual/contracts';
import { DisputeKind } from '@punctual/contracts';
import { type Html, html } from '@punctual/pages';
import { z } from 'zod';
import { actOnAssignment, actsOn, assignmentActNames, type ProposedWindow } from '../../assignments/acts.ts';
import { consequencesOf } from '../../assignments/consequences.ts';
import type { Outcome } from '../../audit/messages.ts';
import { type AssignmentAct, assignmentActs } from '../../audit/messages.ts';
import { actForm } from '../../html/act-form.ts';
import { explainError } from '../../html/explain-error.ts';
import { timesIn } from '../../html/times.ts';
import { endOf, inWords } from '../../html/words.ts';
import type { Visit } from '../page.ts';
import type { History } from './read.ts';

const Form = z.object({
  act: z.enum(assignmentActs),
  jobId: z.string(),
  version: z.coerce.number().int().nonnegative(),
  attempt: z.string(),
  reason: z.string().default(''),
  kind: DisputeKind.default('OTHER'),
  start: z.string().default(''),
  end: z.string().default(''),
});

/** Does what a reviewed form asks for. */
export async function act(
  { api, person, system, params: { id = '' } }: Visit,
  fields: URLSearchParams,
): Promise<Outcome> {
  const form = Form.safeParse(Object.fromEntries(fields)).data;
  if (!form) throw new HttpProblem('validation-failed', 'The form lacks the act or the version of the assignment.');
  const { act, jobId, version, attempt, reason, kind, start, end } = form;
  const order = { act, seen: { id, jobId, version }, reason, kind, window: { start, end }, attempt };
  const about = { kind: act, what: `${assignmentActNames[act]}: assignment ${endOf(id)}`, reason, selected: [id] };
  return system.acts.record(person, about, async () => [await actOnAssignment(api, order)]);
}

/** The acts that are possible now, and the one that the URL asks to review. */
export async function actsSection(visit: Visit, history: History): Promise<Html> {
  const possible = actsOn(history.assignment);
  if (possible.length === 0) return html``;
  const chosen = possible.find((act) => act === visit.query.get('act'));
  return html`<section aria-label="Acts" class="acts">
${possible.map((act) => html`<a role="button" class="outline" href="${pathOf(history)}?act=${act}">${assignmentActNames[act]} …</a>`)}
</section>
${chosen && (await review(visit, history, chosen))}`;
}

async function review(visit: Visit, history: History, act: AssignmentAct): Promise<Html> {
  return html`<section id="review" aria-labelledby="review-title">
<h2 id="review-title">${assignmentActNames[act]}?</h2>
<ul>
${consequencesOf(act, history).map((sentence) => html`<li>${sentence}</li>`)}
</ul>
${act === 'propose' ? await proposal(visit, history) : actingForm(visit, history, act, fieldsOf(act))}
</section>`;
}

/** First asks for a window, then shows it as both sides will see it. */
async function proposal(visit: Visit, history: History): Promise<Html> {
  const { api, query, times } = visit;
  const { jobId, timezone, localStart, localEnd } = history.assignment;
  const window = { start: query.get('start') ?? '', end: query.get('end') ?? '' };
  const ask = (alert: Html) => html`${alert}<form method="get" action="${pathOf(history)}">
<input type="hidden" name="act" value="propose">
<p>Times are those at the place of the visit, ${timezone}.</p>
${timeField('start', 'Start', window.start || localStart)}
${timeField('end', 'End', window.end || localEnd)}
<button type="submit">Check the window</button>
</form>`;
  if (!window.start || !window.end) return ask(html``);
  let checked: Window;
  try {
    checked = await api.checkForJob({ params: { id: jobId }, body: window });
  } catch (error) {
    return ask(html`<p class="bad" role="alert">${explainError(error, '').sentence}</p>`);
  }
  const there = timesIn(checked.timezone, visit.now);
  return html`<p><strong>${times.at(checked.start)} to ${times.at(checked.end)}</strong><br><small>There: ${there.at(checked.start)} to ${there.at(checked.end)} (${checked.timezone})</small></p>
${actingForm(visit, history, 'propose', windowFields(window))}`;
}

function actingForm(visit: Visit, history: History, act: AssignmentAct, fields: Html): Html {
  const { jobId, scheduleVersion } = history.assignment;
  return actForm(
    visit,
    html`<input type="hidden" name="jobId" value="${jobId}">
<input type="hidden" name="version" value="${scheduleVersion}">
${fields}
<button type="submit" name="act" value="${act}">${assignmentActNames[act]}</button>
<a href="${pathOf(history)}">Back</a>`,
    pathOf(history),
  );
}

function fieldsOf(act: AssignmentAct): Html {
  const reason = html`<label>Reason, shown to both sides <input name="reason" required maxlength="500" autocomplete="off"></label>`;
  if (act === 'cancel') return reason;
  if (act !== 'dispute') return html``;
  const kinds = DisputeKind.options.map((kind) => html`<option value="${kind}">${inWords(kind)}</option>`);
  return html`<label>What it is about <select name="kind">${kinds}</select></label>${reason}`;
}

function windowFields({ start, end }: ProposedWindow): Html {
  return html`<input type="hidden" name="start" value="${start}"><input type="hidden" name="end" value="${end}">`;
}

function timeField(name: string, label: string, value: string | null): Html {
  return html`<label>${label} <input type="datetime-local" name="${name}" required value="${value?.slice(0, 16) ?? ''}"></label>`;
}

const pathOf = ({ assignment }: History) => `/assignments/${assignment.id}`;
