import { AssignmentStatus } from '@punctual/contracts';
import { type Html, html } from '@punctual/pages';
import { inWords, shortId } from '../../html/words.ts';
import type { Visit } from '../page.ts';
import type { Found } from './find.ts';
import type { AssignmentsQuery } from './query.ts';

export function assignmentsView(visit: Visit, query: AssignmentsQuery, found: Found): Html {
  return html`${filters(query)}
${found.items.length === 0 ? html`<p>No assignment matches. Try fewer filters, or a part of the title.</p>` : table(visit, found)}
${found.next && html`<p><a href="${nextPage(visit, found.next)}" rel="next">Next page</a></p>`}`;
}

function filters({ search, status, from, to, sort, jobId, customerId, providerId }: AssignmentsQuery): Html {
  const option = (value: string, text: string, chosen: string | undefined) =>
    html`<option value="${value}"${value === (chosen ?? '') && html` selected`}>${text}</option>`;
  const only = Object.entries({ jobId, customerId, providerId }).flatMap(([name, value]) =>
    value ? [{ name, value }] : [],
  );
  return html`<form method="get" action="/assignments" role="search" class="filters">
<label>Id, title or reference <input type="search" name="search" value="${search}" maxlength="200"></label>
<label>Status <select name="status">${option('', 'Any', status)}${AssignmentStatus.options.map((each) => option(each, inWords(each), status))}</select></label>
<label>Window from <input type="date" name="from" value="${from}"></label>
<label>until <input type="date" name="to" value="${to}"></label>
<label>Order <select name="sort">
${option('-createdAt', 'Newest first', sort)}${option('createdAt', 'Oldest first', sort)}${option('start', 'Next visit first', sort)}${option('-start', 'Last visit first', sort)}${option('-updatedAt', 'Last changed first', sort)}
</select></label>
${only.map(({ name, value }) => html`<label>${inWords(name.replace('Id', ''))} <input name="${name}" value="${value}"></label>`)}
<button type="submit">Search</button>
</form>`;
}

function table({ times }: Visit, { items }: Found): Html {
  return html`<table class="cards">
<thead><tr><th scope="col">Job</th><th scope="col">Status</th><th scope="col">Window</th><th scope="col">Customer</th><th scope="col">Provider</th><th scope="col">Payout</th><th scope="col">Changed</th></tr></thead>
<tbody>
${items.map(
  (item) => html`<tr>
<td data-label="Job"><a href="/assignments/${item.id}">${item.jobTitle}</a></td>
<td data-label="Status">${inWords(item.status)}</td>
<td data-label="Window">${times.at(item.scheduledStart)}</td>
<td data-label="Customer"><a href="/assignments?customerId=${item.customerId}">${shortId(item.customerId)}</a></td>
<td data-label="Provider"><a href="/assignments?providerId=${item.providerId}">${shortId(item.providerId)}</a></td>
<td data-label="Payout">${item.payoutStatus ? inWords(item.payoutStatus) : '–'}</td>
<td data-label="Changed">${times.since(item.updatedAt)}</td>
</tr>`,
)}
</tbody>
</table>`;
}

function nextPage({ query }: Visit, more: Readonly<Record<string, string>>): string {
  return `/assignments?${new URLSearchParams({ ...Object.fromEntries(query), ...more })}`;
}
