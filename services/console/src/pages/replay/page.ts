import { countReplay, planReplay } from '@punctual/operations';
import { type Html, html } from '@punctual/pages';
import { wantedReplay } from '../../acts/replay.ts';
import { plainForm } from '../../html/act-form.ts';
import { counted } from '../../html/words.ts';
import { notPlanned, orNotPlanned } from '../outcome.ts';
import type { Page, Visit } from '../page.ts';
import { orderOf, type ReplayQuery, readQuery, replayable } from './query.ts';

/** Which past events one consumer gets again. The URL has the fields; the plan says how many events. */
export const replayPage: Page = {
  path: '/replay',
  roles: ['ops'],
  view: async (visit) => {
    const { wrong, ...query } = readQuery(visit.query);
    return { title: 'Replay', main: html`${fields(query)}${next(visit, query, wrong)}` };
  },
  act: async (visit) => {
    const { query, system, times, now, person } = visit;
    const { wrong, ...wanted } = readQuery(query);
    const text = `Replay to ${wanted.consumer ?? 'a consumer'}`;
    if (wanted.consumer === undefined || wrong.length > 0)
      return notPlanned(text, 'choose a consumer and valid times.');
    return orNotPlanned(text, async () => {
      const order = orderOf(wanted, times.zone, now);
      const plan = await planReplay(system.nats(), wantedReplay(order));
      const count = await countReplay(system.nats(), plan);
      if (count === 0) return notPlanned(text, 'no event on the stream matches.');
      const id = await system.acts.plan(person, {
        ...{ kind: 'replay', what: `${text}: ${counted(count, 'event')}`, count, order },
        sample: [
          `${plan.subjects.join(', ')} of ${plan.stream}`,
          `from ${order.from ?? 'the beginning'} to ${order.to}`,
          ...(order.assignmentId ? [`of assignment ${order.assignmentId}`] : []),
        ],
      });
      return { to: `/acts/${id}` };
    });
  },
};

function fields({ consumer, assignment, from, to }: ReplayQuery): Html {
  return html`<form method="get" action="/replay" class="filters">
<label>Consumer <select name="consumer" required><option value="">Choose one</option>${replayable.map((name) => html`<option value="${name}"${name === consumer && html` selected`}>${name}</option>`)}</select></label>
<label>Assignment <input name="assignment" value="${assignment}" maxlength="36" placeholder="All"></label>
<label>Published from <input type="datetime-local" name="from" value="${from}"></label>
<label>and before <input type="datetime-local" name="to" value="${to}"></label>
<button type="submit">Choose</button>
</form>`;
}

function next(visit: Visit, { consumer, assignment, from, to }: ReplayQuery, wrong: readonly string[]): Html {
  if (wrong.length > 0) return html`<p class="bad">This is not understood: ${wrong.join(', ')}.</p>`;
  if (consumer === undefined) return html`<p>A replay repairs a consumer that lost its state.</p>`;
  const events = assignment ? html`Events of assignment <code>${assignment}</code>` : html`All events`;
  const between = `${from ? `from ${from.replace('T', ' ')}` : 'from the beginning'} ${to ? `to ${to.replace('T', ' ')}` : 'until now'}`;
  return html`<p>${events}, ${between} (${visit.times.zone}), go to <strong>${consumer}</strong> again.</p>
${plainForm(visit, html`<button type="submit">Count and review …</button>`)}`;
}
