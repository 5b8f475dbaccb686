import { type Authenticate, HttpProblem, sendProblem } from '@punctual/chassis';
import type { Agenda } from 'agenda';
import { createExpressMiddleware } from 'agendash';
import { type Express, type RequestHandler, type Response, Router, urlencoded } from 'express';
import { z } from 'zod';
import { dashboardCookie, readDashboardCookie } from './agendash-cookie.ts';

const path = '/agendash';
/** The paths of the dashboard. */
export const agendashPaths = [path, `${path}/*rest`];

/** Part of the content security policy of every page here. */
const framing = "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/**
 * Mounts Agenda's dashboard, for ops only. Clients send a bearer token. A browser cannot, so it
 * gets a page to paste one into. The token is then stored in a cookie that scripts cannot read and
 * other sites cannot send, and is verified with every request.
 */
export function mountAgendash(app: Express, deps: { agenda: Agenda; authenticate: Authenticate }): void {
  const router = Router();
  router.post('/sign-in', urlencoded({ extended: false, limit: '16kb' }), signIn(deps.authenticate));
  router.use(opsOnly(deps.authenticate), refuseFrames, createExpressMiddleware(deps.agenda));
  app.use(path, router);
}

const SignIn = z.object({ token: z.string().trim() });

function signIn(authenticate: Authenticate): RequestHandler {
  return async (request, response) => {
    const { token } = SignIn.catch({ token: '' }).parse(request.body);
    const expiresAt = await identifyOps(authenticate, token).catch(() => undefined);
    if (expiresAt === undefined) return sendSignInPage(response.status(403), 'This token is not accepted here.');
    const [cookie, options] = dashboardCookie(request, path, expiresAt);
    response.cookie(cookie, token, options);
    response.redirect(303, `${path}/`);
  };
}

function opsOnly(authenticate: Authenticate): RequestHandler {
  return async (request, response, next) => {
    const authorization = request.get('authorization');
    try {
      await identifyOps(authenticate, authorization?.replace(/^Bearer +/i, '') ?? readDashboardCookie(request));
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

/** Adds to the dashboard's own policy, which leaves these directives out. */
const refuseFrames: RequestHandler = (_request, response, next) => {
  const setHeader = response.setHeader.bind(response);
  response.setHeader = (name, value) =>
    setHeader(name, name.toLowerCase() === 'content-security-policy' ? `${value}; ${framing}` : value);
  next();
};

function sendSignInPage(response: Response, message = ''): void {
  response
    .set('Cache-Control', 'no-store')
    .set('Content-Security-Policy', `default-src 'none'; ${framing}`)
    .type('html')
    .send(
      `<!doctype html><html lang="en"><title>Agendash</title><h1>Agendash</h1><p>${message}</p>
<form method="post" action="${path}/sign-in">
<label>A bearer token with the role ops: <input name="token" type="password" autocomplete="off" required autofocus></label>
<button>Open</button></form></html>`,
    );
}
