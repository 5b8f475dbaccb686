import { raw as asMarkup, html as tagged } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

/** Markup. Anything else is escaped where it is inserted. */
export type Html = HtmlEscapedString;

type Value = Html | string | number | boolean | null | undefined | readonly Value[];

/** Markup with values in it: text is escaped, lists are joined; null, undefined and booleans are left out. */
export function html(strings: TemplateStringsArray, ...values: Value[]): Html {
  return tagged(strings, ...values) as Html;
}

/** Text that is markup already. */
export function raw(markup: string): Html {
  return asMarkup(markup);
}
