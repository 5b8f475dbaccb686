import { type Html, html } from '@punctual/pages';
import type { PayoutAct } from '../audit/messages.ts';

/** What each act is called on a button. */
export const actNames: Readonly<Record<PayoutAct, string>> = {
  approve: 'Approve',
  'mark-paid': 'Mark as paid',
  unblock: 'Lift holds',
  block: 'Block',
};

/** What an act asks for. */
export function actFields(act: PayoutAct): Html {
  if (act === 'approve') return html``;
  const [label, most] = act === 'mark-paid' ? ['Reference of the payment', 200] : ['Reason', 500];
  return html`<label>${label} <input name="text" required maxlength="${most}" autocomplete="off"></label>`;
}
