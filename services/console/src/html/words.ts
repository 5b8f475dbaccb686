import { type Html, html } from '@punctual/pages';

/** A constant of the API as words: `AWAITING_APPROVAL` is `Awaiting approval`. */
export function inWords(constant: string): string {
  const words = constant.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The end of an id, which tells ids apart; all of it on hover. */
export function shortId(id: string): Html {
  return html`<code title="${id}">${endOf(id)}</code>`;
}

/** The end of an id, where markup is not possible. */
export function endOf(id: string): string {
  return `…${id.slice(-8)}`;
}

/** `1 payout`, `12 payouts`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? noun : plural}`;
}
