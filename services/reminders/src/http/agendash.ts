import { type Authenticate, HttpProblem, sendProblem } from '@punctual/chassis';
import type { Agenda } from 'agenda';
import { createExpressMiddleware } from 'agendash';
import { type Express, type RequestHandler, type Response, Router, urlencoded } from 'express';
import { z } from 'zod';

const path = '/agendash';
/** Where the dashboard answers. */
export const agendashPaths = [path, `${path}/*rest`];

const cookieName = 'agendash';

/**
 * Agenda's dashboard, for ops only. A client sends a bearer token as everywhere else. A browser cannot, so it gets a page to
 * paste one into; the token is then kept in a cookie that no script reads and no other site sends, until it expires, and is
 * checked again with every request.
 */
export function mountAgendash(app: Express, deps: { agenda: Agenda; authenticate: Authenticate }): void {
  const router = Router();
  router.post('/sign-in', urlencoded({ extended: false, limit: '16kb' }), signIn(deps.authenticate));
  router.use(opsOnly(deps.authenticate), createExpressMiddleware(deps.agenda));
  app.use(path, router);
}

const SignIn = z.object({ token: z.string().trim() });

function signIn(authenticate: Authenticate): RequestHandler {
  return async (request, response) => {
    const { token } = SignIn.catch({ token: '' }).parse(request.body);
    const expiresAt = await identifyOps(authenticate, token).catch(() => undefined);
    if (expiresAt === undefined) return sendSignInPage(response.status(403), 'This token is not accepted here.');
    response.cookie(cookieName, token, {
      path,
      httpOnly: true,
      sameSite: 'strict',
      secure: request.secure,
      // A token may name a moment that no date can hold.
      expires: new Date(Math.min(expiresAt * 1_000, 8.64e15)),
    });
    response.redirect(303, `${path}/`);
  };
}

function opsOnly(authenticate: Authenticate): RequestHandler {
  return async (request, response, next) => {
    const authorization = request.get('authorization');
    try {
      await identifyOps(authenticate, authorization?.replace(/^Bearer +/i, '') ?? readCookie(request.get('cookie')));
    } catch (error) {
      const isBrowser = authorization === undefined && request.accepts(['json', 'html']) === 'html';
      if (isBrowser) return sendSignInPage(response.status(401));
      return sendProblem(request, response, error);
    }
    next();
  };
}

/** @returns when the token expires, in seconds since the epoch */
async function identifyOps(authenticate: Authenticate, token: string | undefined): Promise<number> {
  const caller = await authenticate(token && `Bearer ${token}`);
  if (!caller.roles.includes('ops')) throw new HttpProblem('forbidden', 'Only ops may look at the jobs.');
  return caller.expiresAt;
}

function readCookie(header: string | undefined): string | undefined {
  return new RegExp(`(?:^|; *)${cookieName}=([^;]+)`).exec(header ?? '')?.[1];
}

function sendSignInPage(response: Response, message = ''): void {
  response
    .set('Cache-Control', 'no-store')
    .set('Content-Security-Policy', "default-src 'none'; form-action 'self'")
    .type('html')
    .send(
      `<!doctype html><html lang="en"><title>Agendash</title><h1>Agendash</h1><p>${message}</p>
<form method="post" action="${path}/sign-in">
<label>A bearer token with the role ops: <input name="token" type="password" autocomplete="off" required autofocus></label>
<button>Open</button></form></html>`,
    );
}
