import type { PayoutSum } from '@punctual/client';
import type { PayoutStatus } from '@punctual/contracts';
import { type Html, html } from '@punctual/pages';
import { payoutActs } from '../../audit/messages.ts';
import { actForm } from '../../html/act-form.ts';
import { formatMoney } from '../../html/money.ts';
import { personOf } from '../../html/people.ts';
import { counted, inWords, shortId } from '../../html/words.ts';
import { actsOn } from '../../payouts/acts.ts';
import { actFields, actNames } from '../../payouts/fields.ts';
import type { Visit } from '../page.ts';
import { type ApprovalsQuery, chosenAs } from './query.ts';
import type { Queue, Row } from './read.ts';

export function approvalsView(visit: Visit, query: ApprovalsQuery, queue: Queue): Html {
  return html`${tabs(query, queue.sums)}
${reviewPanel(visit, query, queue.rows)}
${queue.rows.length === 0 ? emptyState(query) : list(visit, query, queue)}`;
}

/** The statuses, with how many payouts are in each and what they come to. */
function tabs({ status: open }: ApprovalsQuery, sums: readonly PayoutSum[]): Html {
  const tab = (status: PayoutStatus) => {
    const own = sums.filter((sum) => sum.status === status);
    const count = own.reduce((total, sum) => total + sum.count, 0);
    const amounts = own.map((sum) => formatMoney(sum)).join(', ');
    return html`<li><a href="${pathOf({ status })}"${status === open ? html` aria-current="page"` : ''}>${inWords(status)} <small>${count.toLocaleString('en')}${amounts && ` · ${amounts}`}</small></a></li>`;
  };
  const order: PayoutStatus[] = ['AWAITING_APPROVAL', 'APPROVED', 'BLOCKED', 'PENDING', 'PAID'];
  return html`<nav aria-label="Status" class="tabs"><ul>${order.map(tab)}</ul></nav>`;
}

function emptyState({ status, cursor }: ApprovalsQuery): Html {
  if (cursor) return html`<p>No more payouts. <a href="${pathOf({ status })}">Back to the first page</a></p>`;
  if (status === 'AWAITING_APPROVAL') return html`<p>No payout waits for approval.</p>`;
  return html`<p>No payout is ${inWords(status).toLowerCase()}.</p>`;
}

function list(visit: Visit, { status, cursor }: ApprovalsQuery, { rows, nextCursor }: Queue): Html {
  const possible = payoutActs.filter((act) => rows.some(({ payout }) => actsOn(payout, visit.person).includes(act)));
  return html`<form method="get" action="/approvals">
<input type="hidden" name="status" value="${status}">
${cursor && html`<input type="hidden" name="cursor" value="${cursor}">`}
<table class="cards">
<caption>${counted(rows.length, 'payout')}, ${status === 'AWAITING_APPROVAL' ? 'longest waiting' : 'oldest'} first</caption>
<thead><tr>
${possible.length > 0 && html`<th scope="col"><input type="checkbox" data-select-all aria-label="Select all" hidden></th>`}
<th scope="col">Amount</th><th scope="col">Visit</th><th scope="col">Created</th><th scope="col">Approvals</th><th scope="col">Look at</th>
</tr></thead>
<tbody>
${rows.map((row) => line(visit, row, possible.length > 0))}
</tbody>
</table>
<div class="acts">
${possible.map((act) => html`<button type="submit" name="review" value="${act}">${actNames[act]} …</button>`)}
</div>
</form>
${nextCursor && html`<p><a href="${pathOf({ status, cursor: nextCursor })}" rel="next">Next page</a></p>`}`;
}

function line({ person, times }: Visit, { payout, assignment, warning }: Row, selectable: boolean): Html {
  const amount = formatMoney(payout.amount);
  const approvals = payout.approvals.map(({ by, at }) => html`<br>${personOf({ person }, by)}, ${times.at(at)}`);
  const reasons = [warning, ...payout.holds.map(({ kind, reason }) => `${inWords(kind)}: ${reason}`)];
  return html`<tr>
${selectable && html`<td><input type="checkbox" name="payout" value="${chosenAs(payout)}" aria-label="Select ${amount} for ${assignment.jobTitle}"></td>`}
<td data-label="Amount"><a href="/payouts/${payout.id}">${amount}</a></td>
<td data-label="Visit">${assignment.jobTitle}<br><small>${times.at(assignment.scheduledStart)}</small></td>
<td data-label="Created">${times.at(payout.createdAt)}</td>
<td data-label="Approvals">${payout.approvals.length} of ${payout.approvalsNeeded}${approvals}</td>
<td data-label="Look at">${reasons.flatMap((reason) => (reason ? [html`<p class="warning">${reason}</p>`] : []))}</td>
</tr>`;
}

/** What is about to happen, to which payouts: exactly these are acted on, as they were shown. */
function reviewPanel(visit: Visit, query: ApprovalsQuery, rows: Row[]): Html {
  if (!query.review) return html``;
  const { act, chosen } = query.review;
  const versions = new Map(chosen.map(({ id, version }) => [id, version]));
  const known = rows.filter(({ payout }) => versions.get(payout.id) === payout.version);
  if (known.length === 0) {
    const sentence =
      chosen.length === 0 ? 'Select at least one payout.' : 'These payouts have changed since. Select them again.';
    return html`<section class="bad" role="alert"><p>${sentence}</p></section>`;
  }
  const gone = chosen.length - known.length;
  const question = `${actNames[act]}: ${counted(known.length, 'payout')}, ${totals(known)}`;
  return html`<section id="review" aria-labelledby="review-title">
<h2 id="review-title">${question}?</h2>
<ul>
${known.map(({ payout, assignment, warning }) => html`<li>${formatMoney(payout.amount)} for ${assignment.jobTitle} ${shortId(payout.id)}${warning && html` <strong class="warning">${warning}</strong>`}</li>`)}
</ul>
${gone > 0 && html`<p class="warning">${counted(gone, 'payout')} changed since you selected and will be left out.</p>`}
${actForm(
  visit,
  html`${known.map(({ payout }) => html`<input type="hidden" name="payout" value="${chosenAs(payout)}">`)}
${actFields(act)}
<button type="submit" name="act" value="${act}">${question}</button>
<a href="${pathOf(query)}">Cancel</a>`,
  pathOf(query),
)}
</section>`;
}

/** The sum of each currency. */
function totals(rows: readonly Row[]): string {
  const sums = new Map<string, number>();
  for (const { payout } of rows) {
    const { currency, amountMinor } = payout.amount;
    sums.set(currency, (sums.get(currency) ?? 0) + amountMinor);
  }
  return [...sums].map(([currency, amountMinor]) => formatMoney({ currency, amountMinor })).join(' and ');
}

/** The page without a review. */
function pathOf({ status, cursor }: Pick<ApprovalsQuery, 'status'> & { cursor?: string | undefined }): string {
  return `/approvals?${new URLSearchParams({ status, ...(cursor !== undefined && { cursor }) })}`;
}
