import { HttpProblem, type Logger } from '@punctual/chassis';
import { createClient } from '@punctual/client';
import { html, type PrometheusApi } from '@punctual/pages';
import { parseCookie } from 'cookie';
import { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express';
import type { Config } from '../config.ts';
import { explainError } from '../html/explain-error.ts';
import { formOf } from '../html/form.ts';
import { type Layout, layout } from '../html/layout.ts';
import { messagePage } from '../html/message-page.ts';
import { timesIn } from '../html/times.ts';
import { checkForm } from '../session/csrf.ts';
import type { Person, Sessions } from '../session/session.ts';
import type { System } from '../system.ts';
import { exportPath, sendPayouts } from './drift/export.ts';
import { outcomePanel } from './outcome.ts';
import type { Page, Traces, View, Visit } from './page.ts';

export type PagesDeps = {
  config: Config;
  sessions: Sessions;
  logger: Logger;
  system: System;
  pages: readonly Page[];
  traces: Traces;
  metrics: PrometheusApi | undefined;
};

/** Serves each page: a GET shows it, a POST acts and shows it again. */
export function servePages(deps: PagesDeps): Router {
  const router = Router();
  const forPerson = (respond: (person: Person, request: Request, response: Response) => Promise<void>) => {
    const handler: RequestHandler = async (request, response) => {
      const person = await deps.sessions.read(request, response);
      response.locals.around = person && around(person, deps.pages, request);
      if (person) await respond(person, request, response);
      else askToSignIn(request, response);
    };
    return handler;
  };

  router.get('/', async (request, response) => {
    const person = await deps.sessions.read(request, response);
    const [first] = person ? linksOf(person, deps.pages) : [];
    if (first) return response.redirect(first[0]);
    const sentence = person
      ? 'This console is for finance and operations, and you have neither role.'
      : 'Sign in to see approvals, assignments and reminders.';
    const link = ['/sign-in', 'Sign in'] as const;
    response.send(
      messagePage(
        { title: 'Console', sentence, ...(!person && { link }) },
        person && around(person, deps.pages, request),
      ),
    );
  });

  for (const page of deps.pages) {
    const show = ({ title, main }: View, response: Response) =>
      void response.send(layout({ ...response.locals.around, title, main }));
    router.get(
      page.path,
      forPerson(async (person, request, response) => {
        assertRole(person, page);
        show(await page.view(visitOf(deps, person, request)), response);
      }),
    );
    const { act } = page;
    if (!act) continue;
    router.post(
      page.path,
      forPerson(async (person, request, response) => {
        assertRole(person, page);
        checkForm(request, person, deps.config.PUBLIC_URL);
        const visit = visitOf(deps, person, request);
        const done = await act(visit, formOf(request));
        if ('to' in done) return response.redirect(303, done.to);
        const outcome = outcomePanel(done);
        // The outcome is shown even if the page cannot be.
        const { title, main } = await page.view(visit).catch((error: unknown) => explained(error, request));
        show({ title, main: html`${outcome}${main}` }, response);
      }),
    );
  }

  router.get(
    exportPath,
    forPerson(async (person, request, response) => {
      await sendPayouts(deps.config.GATEWAY_URL, visitOf(deps, person, request), response);
    }),
  );
  router.get('/{*path}', (request, _response, next) => {
    // Not pages, and answered after all pages.
    if (['/version', '/admin/log-level'].includes(request.path)) return next();
    throw new HttpProblem('not-found', `There is no page at ${request.path}.`);
  });
  return router;
}

/** Answers every error with a page; what is our fault is logged. */
export function answerError(logger: Logger): ErrorRequestHandler {
  return (error, request, response, next) => {
    if (response.headersSent) return next(error);
    const { status } = explainError(error, request.originalUrl);
    if (status >= 500) logger.error({ err: error, method: request.method, path: request.path }, 'Request failed');
    response.status(status).send(layout({ ...response.locals.around, ...explained(error, request) }));
  };
}

/** An error as a page. */
function explained(error: unknown, request: Request): View {
  const { title, sentence, traceId } = explainError(error, request.originalUrl);
  const start = html`<p><a href="/">Back to the start</a></p>`;
  return { title, main: html`<p>${sentence}</p>${start}<p><small>Trace <code>${traceId}</code></small></p>` };
}

function visitOf({ config, system, traces, metrics }: PagesDeps, person: Person, request: Request): Visit {
  const now = Temporal.Now.instant();
  return {
    person,
    api: createClient({ url: config.GATEWAY_URL, token: () => person.token }),
    system,
    params: request.params as Record<string, string>,
    query: new URL(request.originalUrl, config.PUBLIC_URL).searchParams,
    here: request.originalUrl,
    times: timesIn(zoneOf(request), now),
    now,
    traces,
    metrics,
  };
}

const zoneOf = (request: Request) => parseCookie(request.get('cookie') ?? '').zone;

/** What is around every page of a person. */
function around(person: Person, pages: readonly Page[], request: Request): Partial<Layout> {
  const { zone } = timesIn(zoneOf(request), Temporal.Now.instant());
  return { person, links: linksOf(person, pages), path: request.path, zone };
}

function linksOf(person: Person, pages: readonly Page[]): (readonly [string, string])[] {
  return pages.flatMap(({ path, link, roles }) => (link && hasAny(person, roles) ? [[path, link] as const] : []));
}

function assertRole(person: Person, { roles }: Page): void {
  if (!hasAny(person, roles)) throw new HttpProblem('forbidden', `This page is for ${roles.join(' and ')}.`);
}

const hasAny = (person: Person, roles: Page['roles']) => roles.some((role) => person.roles.includes(role));

/** A form is not sent to the provider: its fields would be lost without a word. */
function askToSignIn(request: Request, response: Response): void {
  const signIn = `/sign-in?to=${encodeURIComponent(request.originalUrl)}`;
  if (request.method === 'GET') {
    response.redirect(signIn);
    return;
  }
  const sentence = 'Your session has ended. Nothing was done.';
  response.status(401).send(messagePage({ title: 'Signed out', sentence, link: [signIn, 'Sign in again'] }));
}
