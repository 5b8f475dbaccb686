import type { DeadLetterGroup, DeadLetterPage, StoredDeadLetter } from '@punctual/operations';
import { type Html, html } from '@punctual/pages';
import { plainForm } from '../../html/act-form.ts';
import { counted, shortId } from '../../html/words.ts';
import type { Visit } from '../page.ts';
import { type LettersQuery, pathOf } from './query.ts';

type Found = { groups: readonly DeadLetterGroup[] | undefined; page: DeadLetterPage };

export function lettersView(visit: Visit, query: LettersQuery, { groups, page }: Found): Html {
  return html`${groupTable(visit, query, groups)}
${filters(query)}
${page.letters.length === 0 ? emptyState(query, page) : letterTable(visit, page.letters)}
${page.next && html`<p><a href="${pathOf({ ...query, after: page.next })}" rel="next">Next page</a></p>`}
${(page.letters.length > 0 || page.next) && acts(visit)}`;
}

function groupTable({ times }: Visit, query: LettersQuery, groups: Found['groups']): Html {
  if (!groups) return html`<p role="status">The dead letters are still being counted. Look again in a few seconds.</p>`;
  if (groups.length === 0) return html`<p class="good">There are no dead letters.</p>`;
  const all = groups.reduce((sum, { count }) => sum + count, 0);
  return html`<table class="cards">
<caption>${counted(all, 'dead letter')} by consumer and cause</caption>
<thead><tr><th scope="col">Consumer</th><th scope="col">Cause</th><th scope="col">Count</th><th scope="col">First</th><th scope="col">Last</th></tr></thead>
<tbody>
${groups.map(({ consumer, cause, count, first, last }) => {
  const isChosen = query.consumer === consumer && query.cause === cause;
  return html`<tr>
<td data-label="Consumer"><a href="${pathOf({ consumer })}">${consumer}</a></td>
<td data-label="Cause"><a href="${pathOf({ consumer, cause })}"${isChosen && html` aria-current="true"`}>${cause || 'No reason'}</a></td>
<td data-label="Count">${count.toLocaleString('en')}</td>
<td data-label="First">${times.since(first.at)}</td>
<td data-label="Last">${times.since(last.at)}</td>
</tr>`;
})}
</tbody>
</table>`;
}

function filters({ consumer, cause, type, assignment, from, to }: LettersQuery): Html {
  return html`<form method="get" action="/dead-letters" role="search" class="filters">
<label>Consumer <input name="consumer" value="${consumer}" maxlength="100"></label>
<label>Type of event <input name="type" value="${type}" maxlength="100"></label>
<label>Assignment <input name="assignment" value="${assignment}" maxlength="36"></label>
<label>From <input type="date" name="from" value="${from}"></label>
<label>until <input type="date" name="to" value="${to}"></label>
${cause !== undefined && html`<label>Cause <input name="cause" value="${cause}" maxlength="1000"></label>`}
<button type="submit">Search</button>
</form>`;
}

function emptyState({ after }: LettersQuery, { next }: DeadLetterPage): Html {
  if (next) return html`<p>None of those looked at matches. The next page looks further.</p>`;
  if (after) return html`<p>No more dead letters match. <a href="/dead-letters">Back to all</a></p>`;
  return html`<p>No dead letter matches. <a href="/dead-letters">Show all</a></p>`;
}

function letterTable({ times }: Visit, letters: readonly StoredDeadLetter[]): Html {
  return html`<table class="cards">
<caption>${counted(letters.length, 'dead letter')}, oldest first</caption>
<thead><tr><th scope="col">Number</th><th scope="col">Dead since</th><th scope="col">Consumer</th><th scope="col">Event</th><th scope="col">Assignment</th><th scope="col">Reason</th></tr></thead>
<tbody>
${letters.map(
  ({ sequence, at, consumer, type, version, assignmentId, reason, deliveries }) => html`<tr>
<td data-label="Number"><a href="/dead-letters/${sequence}">${sequence}</a></td>
<td data-label="Dead since">${times.at(at)}</td>
<td data-label="Consumer">${consumer}</td>
<td data-label="Event">${type ?? 'Unreadable'}${version !== null && ` version ${version}`}</td>
<td data-label="Assignment">${assignmentId === null ? '–' : html`<a href="/assignments/${encodeURIComponent(assignmentId)}">${shortId(assignmentId)}</a>`}</td>
<td data-label="Reason">${reason.slice(0, 300) || '–'}<br><small>after ${counted(deliveries, 'delivery', 'deliveries')}</small></td>
</tr>`,
)}
</tbody>
</table>`;
}

/** Each leads to a review of all that match, on all pages. */
function acts(visit: Visit): Html {
  const { after: _after, ...filters } = Object.fromEntries(visit.query);
  const here = pathOf(filters as Partial<LettersQuery>);
  return plainForm(
    { ...visit, here },
    html`<p>Acts are on all that match, on all pages. You see how many before anything happens.</p>
<div class="acts">
<button type="submit" name="act" value="redrive">Redrive …</button>
<button type="submit" name="act" value="drop">Drop …</button>
</div>`,
  );
}
