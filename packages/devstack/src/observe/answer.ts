import { html } from '@punctual/pages';
import { layout } from './layout.ts';

/** What a page answers: markup, or a redirect within the site. */
export type Answer = Content | { status: 303; location: string };

export type Content = { status: number; type: string; body: string };

/** Answers the rest of a path and the query of a request. */
export type Route = {
  /** Its capture groups are what `answer` gets. */
  pattern: RegExp;
  answer(parts: readonly string[], query: URLSearchParams): Promise<Answer> | Answer;
};

/** The request asks for something that does not exist; the message says what exists. */
export class BadRequest extends Error {}

export function page(markup: string): Content {
  return { status: 200, type: 'text/html; charset=utf-8', body: markup };
}

/** A page that says why there is no other. */
export function errorPage(status: number, title: string, detail: string): Content {
  return { ...page(layout({ title, path: '', body: html`<p>${detail}</p>` })), status };
}
