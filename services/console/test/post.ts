import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';

/** The session cookie of a page. */
export async function sessionOf(page: Page): Promise<string | undefined> {
  const cookies = await page.context().cookies(new URL(page.url()).origin);
  return cookies.find(({ name }) => name === 'session')?.value;
}

/** Sends a form that no page has, from the session of this page. @returns the answer, without following it */
export async function postForm(
  page: Page,
  path: string,
  fields: Record<string, string>,
  { csrf = '', origin = new URL(page.url()).origin } = {},
): Promise<Response> {
  const token = csrf || (await page.locator('input[name=csrf]').first().inputValue());
  return fetch(new URL(path, page.url()), {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: `session=${await sessionOf(page)}`, origin },
    body: new URLSearchParams({ csrf: token, attempt: randomUUID(), ...fields }),
  });
}
