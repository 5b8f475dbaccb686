import type { Client, Payout } from '@punctual/client';
import { ProblemError } from '@punctual/client';
import { type PayoutAct, payoutActs, type Result } from '../audit/messages.ts';
import { explainError } from '../html/explain-error.ts';
import { formatMoney } from '../html/money.ts';
import { endOf, inWords } from '../html/words.ts';
import type { Person } from '../session/session.ts';

/** The payout as the person saw it. */
export type Seen = { id: string; version: number };

/** One act on one payout. `text` is the reason, or the reference of a payment. */
export type PayoutOrder = {
  act: PayoutAct;
  seen: Seen;
  text: string;
  /** To lift; without any, all that the person may lift at once. */
  holds?: readonly string[];
  /** The same for a form that is sent again. */
  attempt: string;
};

/** What a person may do with a payout by role and status. The API has the last word. */
export function actsOn(payout: Payout, { id, roles }: Pick<Person, 'id' | 'roles'>): PayoutAct[] {
  if (id === payout.providerId || id === payout.customerId) return [];
  const isFinance = roles.includes('finance');
  const isPossible: Record<PayoutAct, boolean> = {
    approve: isFinance && payout.status === 'AWAITING_APPROVAL' && !payout.approvals.some(({ by }) => by === id),
    'mark-paid': isFinance && payout.status === 'APPROVED',
    unblock: isFinance && payout.holds.some(({ kind }) => kind !== 'CANCELLED' && kind !== 'DECLINED'),
    block: (isFinance || roles.includes('ops')) && payout.status !== 'PAID',
  };
  return payoutActs.filter((act) => isPossible[act]);
}

/** Acts on a payout as long as it is as the person saw it. Never throws: the result says what happened. */
export async function actOnPayout(api: Client, order: PayoutOrder): Promise<Result> {
  try {
    const payout = await send(api, order);
    return { ...subjectOf(payout), done: true, sentence: `${inWords(payout.status)}.` };
  } catch (error) {
    return { ...failure(error, order.seen), done: false };
  }
}

function send(api: Client, { act, seen, text, holds, attempt }: PayoutOrder): Promise<Payout> {
  const common = {
    params: { id: seen.id },
    ifMatch: seen.version,
    idempotencyKey: `${attempt}.${seen.id}.${act}`,
  };
  switch (act) {
    case 'approve':
      return api.approvePayout(common);
    case 'block':
      return api.blockPayout({ ...common, body: { reason: text } });
    case 'unblock':
      return api.unblockPayout({ ...common, body: { reason: text, ...(holds?.length && { holds: [...holds] }) } });
    case 'mark-paid':
      return api.markPayoutPaid({ ...common, body: { reference: text } });
  }
}

function failure(error: unknown, { id }: Seen): Omit<Result, 'done'> {
  const current = error instanceof ProblemError ? error.problem.currentPayout : undefined;
  const subject = current ? subjectOf(current) : { text: `Payout ${endOf(id)}`, href: `/payouts/${id}` };
  if (error instanceof ProblemError && error.code === 'precondition-failed' && current) {
    const now = inWords(current.status).toLowerCase();
    return { ...subject, sentence: `Not done: someone else changed it since you opened the page. It is now ${now}.` };
  }
  return { ...subject, sentence: `Not done: ${explainError(error, '').sentence}` };
}

function subjectOf({ id, amount }: Payout) {
  return { text: `${formatMoney(amount)} ${endOf(id)}`, href: `/payouts/${id}` };
}
