import type { Logger } from '@punctual/chassis';
import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import type { Config } from '../config.ts';
import { messagePage } from '../html/message-page.ts';
import { createCookie } from './cookies.ts';
import { checkForm } from './csrf.ts';
import { ownPath } from './own-path.ts';
import { Attempt, type Provider, SignInRefused } from './provider.ts';
import { createSeal } from './seal.ts';
import type { Sessions } from './session.ts';

export const signInPaths = ['/sign-in', '/callback', '/sign-out'];

/** How long a person may take at the provider, in seconds. */
const attemptS = 600;

export type SignInDeps = { config: Config; provider: Provider; sessions: Sessions; logger: Logger };

/** The way to the provider, the way back, and the way out. */
export function signInRoutes({ config, provider, sessions, logger }: SignInDeps): Router {
  const cookie = createCookie('sign-in', config.PUBLIC_URL.startsWith('https:'));
  const seal = createSeal(config.SESSION_SECRET, 'sign-in', Attempt);
  const hints = createHints(config);
  const router = Router();

  router.get('/sign-in', async (request, response) => {
    const { url, attempt } = await provider.begin(ownPath(String(request.query.to ?? '/'), config.PUBLIC_URL));
    cookie.set(response, await seal.close(attempt, attemptS));
    response.redirect(url.href);
  });

  const comeBack = async (request: Request, response: Response) => {
    const attempt = await seal.open(cookie.read(request));
    cookie.clear(response);
    if (!attempt) throw new SignInRefused('There is no sign-in in progress in this browser.');
    const { tokens, name, idToken } = await provider.finish(request.originalUrl, attempt);
    await sessions.begin(response, tokens, name);
    await hints.keep(response, idToken);
    response.redirect(attempt.to);
  };
  router.get('/callback', async (request, response) => {
    try {
      await comeBack(request, response);
    } catch (error) {
      if (!(error instanceof SignInRefused)) throw error;
      logger.warn({ err: error }, 'Sign-in refused');
      const sentence = 'The sign-in did not work, or it took too long.';
      response.status(400).send(messagePage({ title: 'Not signed in', sentence, link: ['/sign-in', 'Sign in again'] }));
    }
  });

  router.post('/sign-out', async (request, response) => {
    const person = await sessions.read(request, response);
    if (person) checkForm(request, person, config.PUBLIC_URL);
    const idToken = await hints.take(request, response);
    sessions.end(response);
    // Signed out here even while the provider is down.
    const elsewhere = await provider.end(idToken).catch(() => undefined);
    response.redirect(303, elsewhere?.href ?? '/');
  });
  return router;
}

/**
 * Keeps the ID token, by which the provider knows whom to sign out, in a cookie beside the session: the
 * tokens of both may be too long for one. Without it the provider asks the person.
 */
function createHints({ SESSION_SECRET, SESSION_MINUTES, PUBLIC_URL }: Config) {
  const cookie = createCookie('sign-out', PUBLIC_URL.startsWith('https:'));
  const seal = createSeal(SESSION_SECRET, 'sign-out', z.object({ idToken: z.string() }));
  return {
    keep: async (response: Response, idToken: string) =>
      cookie.set(response, await seal.close({ idToken }, SESSION_MINUTES * 60)),
    take: async (request: Request, response: Response) => {
      const hint = await seal.open(cookie.read(request));
      cookie.clear(response);
      return hint?.idToken;
    },
  };
}
