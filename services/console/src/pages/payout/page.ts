import { HttpProblem } from '@punctual/chassis';
import type { Client } from '@punctual/client';
import { z } from 'zod';
import type { Result } from '../../audit/messages.ts';
import { payoutActs } from '../../audit/messages.ts';
import { kindNames } from '../../html/acts.ts';
import { explainError } from '../../html/explain-error.ts';
import { formatMoney } from '../../html/money.ts';
import { endOf } from '../../html/words.ts';
import { readAccount } from '../../payouts/account-warning.ts';
import { actOnPayout } from '../../payouts/acts.ts';
import type { Page, Visit } from '../page.ts';
import { payoutView } from './view.ts';

const Form = z.object({
  act: z.enum([...payoutActs, 'confirm-account']),
  version: z.coerce.number().int().nonnegative(),
  text: z.string().default(''),
  account: z.string().default(''),
  attempt: z.string(),
});

/** One payout: what it is for, who did what, and all that a person may do with it. */
export const payout: Page = {
  path: '/payouts/:id',
  roles: ['finance', 'ops'],
  view: async (visit) => {
    const facts = await readFacts(visit);
    return { title: `Payout of ${formatMoney(facts.payout.amount)}`, main: payoutView(visit, facts) };
  },
  act: async ({ api, person, system, params: { id = '' } }, fields) => {
    const form = Form.safeParse(Object.fromEntries(fields)).data;
    if (!form) throw new HttpProblem('validation-failed', 'The form lacks the act or the version of the payout.');
    const { act, version, text, attempt } = form;
    const about = { kind: act, what: `${kindNames[act]}: payout ${endOf(id)}`, reason: text, selected: [id] };
    return system.acts.record(person, about, async () => {
      if (act === 'confirm-account') return [await confirmAccount(api, id, form)];
      const holds = fields.getAll('hold');
      return [await actOnPayout(api, { act, seen: { id, version }, text, holds, attempt })];
    });
  },
};

async function readFacts({ api, params: { id = '' } }: Visit) {
  const payout = await api.getPayout({ params: { id } });
  const [assignment, account, timeline] = await Promise.all([
    api.getAssignment({ params: { id: payout.assignmentId } }),
    readAccount(api, payout.providerId),
    api.getPayoutTimeline({ params: { id } }),
  ]);
  return { payout, assignment, account, timeline: timeline.items };
}

async function confirmAccount(
  api: Client,
  payoutId: string,
  { account, version, attempt }: z.infer<typeof Form>,
): Promise<Result> {
  const text = `Account ${account}`;
  try {
    const { providerId } = await api.getPayout({ params: { id: payoutId } });
    const params = { id: providerId };
    await api.confirmPayoutAccount({ params, body: { account }, ifMatch: version, idempotencyKey: attempt });
    return { text, done: true, sentence: 'Confirmed.' };
  } catch (error) {
    return { text, done: false, sentence: `Not done: ${explainError(error, '').sentence}` };
  }
}
