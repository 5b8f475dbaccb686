import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Role, Uuid } from '@punctual/contracts';
import type { Provider } from 'oidc-provider';
import { SessionNotFound } from 'oidc-provider/lib/helpers/errors.js';
import { readText } from '../read-text.ts';
import { errorPage, signInPage } from './pages.ts';
import { type Person, people } from './people.ts';
import type { Accounts } from './provider.ts';

export type SignInDeps = { provider: Provider; accounts: Accounts };

/** Shows the page to pick or type a person, and signs that person in. */
export async function signIn(
  request: IncomingMessage,
  response: ServerResponse,
  { provider, accounts }: SignInDeps,
): Promise<void> {
  const show = (status: number, page: string) => {
    // The unread rest of a form could be taken for the next request.
    if (!request.complete) response.setHeader('connection', 'close');
    response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(page);
  };
  try {
    await provider.interactionDetails(request, response);
  } catch (error) {
    if (!(error instanceof SessionNotFound)) throw error;
    return show(400, errorPage('This sign-in has ended', 'Go back to the console and sign in again.'));
  }
  if (request.method === 'GET' || request.method === 'HEAD') return show(200, signInPage());
  if (request.method !== 'POST') return show(405, errorPage('Method not allowed', 'Use GET or POST.'));

  const text = await readText(request);
  if (text === undefined) return show(413, errorPage('Too large', 'The form is too large.'));
  const chosen = choose(new URLSearchParams(text));
  if (typeof chosen === 'string') return show(400, signInPage(chosen));
  accounts.add(chosen);
  await provider.interactionFinished(request, response, { login: { accountId: chosen.sub } });
}

/** @returns who was picked or typed, or what is wrong with it */
function choose(form: URLSearchParams): Person | string {
  const picked = form.get('person');
  if (picked !== null) return people.find(({ sub }) => sub === picked) ?? 'There is no such person. Choose another.';
  const sub = Uuid.safeParse(form.get('sub')?.trim() || randomUUID());
  if (!sub.success) return 'The user ID is not a UUID.';
  const roles = Role.array().safeParse(form.getAll('role'));
  if (!roles.success) return `The roles are ${Role.options.join(', ')}.`;
  const name = people.find((person) => person.sub === sub.data)?.name ?? sub.data;
  return { sub: sub.data, name, roles: [...new Set(roles.data)] };
}
