import { Uuid } from '@punctual/contracts';
import { type Html, html } from '@punctual/pages';
import { z } from 'zod';
import { ActKind, payoutKinds } from '../../audit/messages.ts';
import { type AuditQuery, type ListedAct, listActs } from '../../audit/read-audit.ts';
import { actorOf, kindNames, resultOf } from '../../html/acts.ts';
import type { Page, Visit } from '../page.ts';

/** Who did what here, newest first. Finance sees the acts on payouts. */
export const audit: Page = {
  path: '/audit',
  link: 'Audit',
  roles: ['ops', 'finance'],
  view: async (visit) => {
    const { query, system, now } = visit;
    const kind = ActKind.safeParse(query.get('kind')).data;
    const visible = visibleKinds(visit);
    const wanted: AuditQuery = {
      kinds: visible.filter((each) => kind === undefined || each === kind),
      personId: Uuid.safeParse(query.get('person')).data,
      before: z.coerce.number().int().positive().safeParse(query.get('before')).data,
    };
    const { acts, next } = await listActs(system.nats(), wanted, now);
    const more = next && html`<p><a href="${here(visit, { before: String(next) })}" rel="next">Older acts</a></p>`;
    return {
      title: 'Audit',
      main: html`${filters(visible, kind, wanted.personId)}${acts.length === 0 ? html`<p>No act ${next ? 'here; older ones may match.' : 'matches.'}</p>` : table(visit, acts)}${more}`,
    };
  },
};

/** Kinds of acts that a person may see. */
export function visibleKinds({ person }: Pick<Visit, 'person'>): readonly ActKind[] {
  return person.roles.includes('ops') ? ActKind.options : payoutKinds;
}

function filters(kinds: readonly ActKind[], chosen: ActKind | undefined, personId: string | undefined): Html {
  return html`<form method="get" action="/audit" role="search" class="filters">
<label>Act <select name="kind"><option value="">Any</option>${kinds.map((kind) => html`<option value="${kind}"${kind === chosen && html` selected`}>${kindNames[kind]}</option>`)}</select></label>
<label>Person <input name="person" value="${personId}" placeholder="Id, or choose a name below" maxlength="36"></label>
<button type="submit">Search</button>
</form>`;
}

function table(visit: Visit, acts: readonly ListedAct[]): Html {
  return html`<table class="cards">
<thead><tr><th scope="col">When</th><th scope="col">Who</th><th scope="col">What</th><th scope="col">Why</th><th scope="col">Result</th></tr></thead>
<tbody>
${acts.map(
  (act) => html`<tr>
<td data-label="When">${visit.times.at(act.start.at)}</td>
<td data-label="Who"><a href="${here(visit, { person: act.start.by.id })}">${actorOf(visit, act.start.by)}</a></td>
<td data-label="What"><a href="/acts/${act.id}">${act.start.what}</a></td>
<td data-label="Why">${act.start.reason || '–'}</td>
<td data-label="Result">${resultOf(act)}</td>
</tr>`,
)}
</tbody>
</table>`;
}

function here({ query }: Visit, change: Readonly<Record<string, string>>): string {
  const { before: _before, ...filters } = Object.fromEntries(query);
  return `/audit?${new URLSearchParams({ ...filters, ...change })}`;
}
