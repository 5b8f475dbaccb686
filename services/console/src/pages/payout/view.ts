import type { Assignment, Payout, PayoutAccount, PayoutTimelineItem } from '@punctual/client';
import { type Html, html } from '@punctual/pages';
import type { PayoutAct } from '../../audit/messages.ts';
import { actForm } from '../../html/act-form.ts';
import { personOf } from '../../html/people.ts';
import { inWords } from '../../html/words.ts';
import { accountWarning } from '../../payouts/account-warning.ts';
import { actsOn } from '../../payouts/acts.ts';
import { actFields, actNames } from '../../payouts/fields.ts';
import type { Visit } from '../page.ts';

export type PayoutFacts = {
  payout: Payout;
  assignment: Assignment;
  /** Undefined without an account, and for those who may not see it. */
  account: PayoutAccount | undefined;
  /** Oldest first. */
  timeline: readonly PayoutTimelineItem[];
};

export function payoutView(visit: Visit, facts: PayoutFacts): Html {
  const { payout, assignment, account, timeline } = facts;
  const { times } = visit;
  return html`<dl class="facts">
<dt>Status</dt><dd><strong>${inWords(payout.status)}</strong>${payout.onHold && ', on hold until the visit is confirmed again'}</dd>
<dt>Visit</dt><dd><a href="/assignments/${assignment.id}">${assignment.jobTitle}</a>, ${times.at(assignment.scheduledStart)}, ${inWords(assignment.status).toLowerCase()}</dd>
<dt>Provider</dt><dd><code>${payout.providerId}</code></dd>
<dt>Customer</dt><dd><code>${payout.customerId}</code></dd>
<dt>Approvals</dt><dd>${payout.approvals.length} of ${payout.approvalsNeeded}${payout.approvals.map(({ by, at }) => html`<br>${personOf(visit, by)}, ${times.at(at)}`)}</dd>
<dt>Created</dt><dd>${times.at(payout.createdAt)}</dd>
<dt>Paid</dt><dd>${times.at(payout.paidAt)}${payout.paymentReference && html`, reference ${payout.paymentReference}`}${payout.paidTo && html`, to ${payout.paidTo}`}</dd>
</dl>
${holds(visit, payout)}
${acts(visit, payout)}
${account && accountSection(visit, account)}
<section aria-labelledby="history"><h2 id="history">History</h2>
<ol class="timeline">
${timeline.map((item) => html`<li>${times.at(item.at)} <strong>${item.type}</strong> by ${personOf(visit, item.actor.id)} (${item.actor.role})${item.reason && html`: ${item.reason}`}</li>`)}
</ol></section>`;
}

function holds(visit: Visit, { holds }: Payout): Html {
  if (holds.length === 0) return html``;
  return html`<section aria-labelledby="holds"><h2 id="holds">Holds</h2>
<ul>
${holds.map(({ kind, reason, by, at }) => html`<li class="warning"><strong>${inWords(kind)}</strong>: ${reason}, ${personOf(visit, by)}, ${visit.times.at(at)}</li>`)}
</ul></section>`;
}

function acts(visit: Visit, payout: Payout): Html {
  const possible = actsOn(payout, visit.person);
  if (possible.length === 0) return html`<p>There is nothing for you to do with this payout.</p>`;
  const form = (act: PayoutAct) =>
    actForm(
      visit,
      html`<input type="hidden" name="version" value="${payout.version}">
${act === 'unblock' && liftable(payout)}
${actFields(act)}
<button type="submit" name="act" value="${act}">${actNames[act]}</button>`,
    );
  return html`<section aria-label="Acts" class="acts">${possible.map(form)}</section>`;
}

/** The end of an assignment cannot be lifted. */
function liftable({ holds }: Payout): Html {
  const open = holds.filter(({ kind }) => kind !== 'CANCELLED' && kind !== 'DECLINED');
  return html`<fieldset><legend>Holds to lift</legend>
${open.map(({ id, kind, reason }) => html`<label><input type="checkbox" name="hold" value="${id}" checked> ${inWords(kind)}: ${reason}</label>`)}
</fieldset>`;
}

function accountSection(visit: Visit, account: PayoutAccount): Html {
  const { providerId, account: current, version, pending, updatedAt } = account;
  const warning = accountWarning(account, visit.now);
  const isMine = visit.person.id === pending?.requestedBy || visit.person.id === providerId;
  return html`<section aria-labelledby="account"><h2 id="account">Payout account</h2>
${warning && html`<p class="warning">${warning}.</p>`}
<p>${current ? html`<code>${current}</code>, since ${visit.times.at(updatedAt)}` : 'None is confirmed yet.'}</p>
${pending && html`<p>Requested: <code>${pending.account}</code>, by ${personOf(visit, pending.requestedBy)}, ${visit.times.at(pending.requestedAt)}</p>`}
${
  pending &&
  (isMine
    ? html`<p>Another person in finance must confirm it.</p>`
    : actForm(
        visit,
        html`<input type="hidden" name="account" value="${pending.account}">
<input type="hidden" name="version" value="${version}">
<p>Confirming takes back the approvals of this provider's unpaid payouts.</p>
<button type="submit" name="act" value="confirm-account">Confirm the account</button>`,
      ))
}
</section>`;
}
