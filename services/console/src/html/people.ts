import { type Html, html } from '@punctual/pages';
import type { Visit } from '../pages/page.ts';
import { shortId } from './words.ts';

/** Who did something: `you`, the end of an id, or Punctual itself. */
export function personOf({ person }: Pick<Visit, 'person'>, id: string | null): Html {
  if (id === null) return html`Punctual`;
  return id === person.id ? html`you` : shortId(id);
}
