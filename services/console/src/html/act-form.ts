import { randomUUID } from 'node:crypto';
import { type Html, html } from '@punctual/pages';
import type { Visit } from '../pages/page.ts';

type Here = Pick<Visit, 'here' | 'person'>;

/**
 * A form that acts. With scripts only the main part of the page is replaced. Its `attempt` makes the
 * idempotency keys, so that a form that is sent twice acts once.
 * @param action the page that shows the outcome; this page unless given
 */
export function actForm(here: Here, fields: Html, action = here.here): Html {
  const partial = html` hx-post="${action}" hx-replace-url="${action}" hx-target="#main" hx-select="#main" hx-swap="outerHTML" hx-disable="find button"`;
  return form(here, action, fields, partial);
}

/** A form that leads to another page. */
export function plainForm(here: Here, fields: Html): Html {
  return form(here, here.here, fields, html``);
}

function form({ person }: Here, action: string, fields: Html, partial: Html): Html {
  return html`<form method="post" action="${action}"${partial}>
<input type="hidden" name="csrf" value="${person.csrf}">
<input type="hidden" name="attempt" value="${randomUUID()}">
${fields}
</form>`;
}
