import { randomUUID } from 'node:crypto';
import { type Html, html } from '@punctual/pages';
import type { Visit } from '../pages/page.ts';

/**
 * A form that acts. With scripts only the main part of the page is replaced. Its `attempt` makes the
 * idempotency keys, so that a form that is sent twice acts once.
 * @param action the page that shows the outcome; this page unless given
 */
export function actForm({ here, person }: Pick<Visit, 'here' | 'person'>, fields: Html, action = here): Html {
  return html`<form method="post" action="${action}" hx-post="${action}" hx-replace-url="${action}" hx-target="#main" hx-select="#main" hx-swap="outerHTML" hx-disable="find button">
<input type="hidden" name="csrf" value="${person.csrf}">
<input type="hidden" name="attempt" value="${randomUUID()}">
${fields}
</form>`;
}
