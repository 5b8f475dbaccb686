import { HttpProblem } from '@punctual/chassis';
import { z } from 'zod';
import { payoutActs } from '../../audit/messages.ts';
import { counted } from '../../html/words.ts';
import { actOnPayout } from '../../payouts/acts.ts';
import { actNames } from '../../payouts/fields.ts';
import type { Page } from '../page.ts';
import { readChosen, readQuery } from './query.ts';
import { readQueue } from './read.ts';
import { approvalsView } from './view.ts';

/** The payouts of a status. Finance chooses some, reviews the choice, and acts on it. */
export const approvals: Page = {
  path: '/approvals',
  link: 'Approvals',
  roles: ['finance', 'ops'],
  view: async (visit) => {
    const query = readQuery(visit.query);
    return { title: 'Approvals', main: approvalsView(visit, query, await readQueue(visit, query)) };
  },
  act: async ({ api, person, system }, form) => {
    const act = z.enum(payoutActs).safeParse(form.get('act')).data;
    const chosen = readChosen(form);
    if (!act || chosen.length === 0) throw new HttpProblem('validation-failed', 'The form names no payout and no act.');
    const text = form.get('text') ?? '';
    const attempt = form.get('attempt') ?? '';
    const about = { kind: act, what: `${actNames[act]}: ${counted(chosen.length, 'payout')}`, reason: text };
    return system.acts.record(person, { ...about, selected: chosen.map(({ id }) => id) }, () =>
      Promise.all(chosen.map((seen) => actOnPayout(api, { act, seen, text, attempt }))),
    );
  },
};
