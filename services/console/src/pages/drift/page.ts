import type { PayoutDrift } from '@punctual/client';
import { PayoutStatus } from '@punctual/contracts';
import { type Html, html } from '@punctual/pages';
import { counted, inWords, shortId } from '../../html/words.ts';
import type { Page, Visit } from '../page.ts';

/** Where payouts, events and the payment provider disagree, and payouts as a file. */
export const drift: Page = {
  path: '/drift',
  link: 'Drift and exports',
  roles: ['finance', 'ops'],
  view: async (visit) => {
    const until = visit.query.get('until');
    const found = await visit.api.findPayoutDrift({ query: until ? { until } : {} });
    return { title: 'Drift and exports', main: html`${differences(visit, found)}${exportForm()}` };
  },
};

function differences({ times }: Visit, { at, providerCompared, nextUntil, items, total }: PayoutDrift): Html {
  const kinds = [...Map.groupBy(items, ({ kind }) => kind)];
  return html`<section aria-labelledby="drift"><h2 id="drift">Drift</h2>
<p class="${total === 0 ? 'good' : 'bad'}">${total === 0 ? 'Payouts and events agree' : `${counted(total, 'difference')} found`}, ${times.at(at)}.</p>
<p>${providerCompared ? 'The payment provider was compared as well.' : 'The payment provider was not compared.'}</p>
${kinds.map(
  ([kind, each]) => html`<h3>${inWords(kind)} <small>${each.length}</small></h3>
<ul>
${each.map(({ payoutId, assignmentId, detail }) => html`<li>${payoutId && html`<a href="/payouts/${payoutId}">Payout ${shortId(payoutId)}</a> `}${assignmentId && html`<a href="/assignments/${assignmentId}">Assignment ${shortId(assignmentId)}</a> `}${detail}</li>`)}
</ul>`,
)}
${total > items.length && html`<p>Only the first ${items.length.toLocaleString('en')} are shown.</p>`}
${nextUntil && html`<p><a href="/drift?until=${encodeURIComponent(nextUntil)}">Compare transfers before ${nextUntil}</a></p>`}
</section>`;
}

function exportForm(): Html {
  return html`<section aria-labelledby="export"><h2 id="export">Export</h2>
<form method="get" action="/exports/payouts.csv" class="filters">
<label>Status <select name="status"><option value="">Any</option>${PayoutStatus.options.map((each) => html`<option value="${each}">${inWords(each)}</option>`)}</select></label>
<label>Paid from <input type="date" name="from"></label>
<label>Paid before <input type="date" name="to"></label>
<button type="submit">Download CSV</button>
</form></section>`;
}
