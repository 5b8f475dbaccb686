import { timingSafeEqual } from 'node:crypto';
import { HttpProblem } from '@punctual/chassis';
import type { Request } from 'express';
import { formOf } from '../html/form.ts';
import type { Person } from './session.ts';

/**
 * Accepts a form only from a page of this session: the browser names our origin, and the form carries
 * the session's token.
 * @throws HttpProblem `forbidden`
 */
export function checkForm(request: Request, { csrf }: Pick<Person, 'csrf'>, origin: string): void {
  const given = Buffer.from(formOf(request).get('csrf') ?? '');
  const expected = Buffer.from(csrf);
  const isOurs = given.length === expected.length && timingSafeEqual(given, expected);
  if (request.get('origin') !== origin || !isOurs)
    throw new HttpProblem('forbidden', 'This form is from an earlier session. Open the page again. Nothing was done.');
}
