import { type Html, html } from '@punctual/pages';
import type { Outcome } from './page.ts';

/** What became of an act, for each item; it gets the focus, so that screen readers say it. */
export function outcomePanel({ results }: Outcome): Html {
  const failed = results.filter(({ done }) => !done).length;
  const headline =
    failed === 0
      ? `Done: ${results.length} of ${results.length}`
      : `Done: ${results.length - failed} of ${results.length}. Not done: ${failed}`;
  return html`<section id="outcome" class="${failed === 0 ? 'good' : 'bad'}" tabindex="-1" autofocus aria-labelledby="outcome-title">
<h2 id="outcome-title">${headline}</h2>
<ul>
${results.map(({ subject, done, sentence }) => html`<li class="${done ? 'good' : 'bad'}">${subject}: ${sentence}</li>`)}
</ul>
</section>`;
}
