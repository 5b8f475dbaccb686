import { HttpProblem, reasonOf } from '@punctual/chassis';
import { type Html, html } from '@punctual/pages';
import type { Outcome, Result } from '../audit/messages.ts';
import type { GoesOn } from './page.ts';

/** What became of an act, for each item; it gets the focus, so that screen readers say it. */
export function outcomePanel({ results, notice }: Outcome): Html {
  const failed = results.filter(({ done }) => !done).length;
  const headline =
    failed === 0
      ? `Done: ${results.length} of ${results.length}`
      : `Done: ${results.length - failed} of ${results.length}. Not done: ${failed}`;
  return html`<section id="outcome" class="${failed === 0 ? 'good' : 'bad'}" tabindex="-1" autofocus aria-labelledby="outcome-title">
<h2 id="outcome-title">${headline}</h2>
${notice && html`<p class="warning">${notice}</p>`}
${resultList(results)}
</section>`;
}

export function resultList(results: readonly Result[]): Html {
  return html`<ul>
${results.map(({ text, href, done, sentence }) => html`<li class="${done ? 'good' : 'bad'}">${href ? html`<a href="${href}">${text}</a>` : text}: ${sentence}</li>`)}
</ul>`;
}

/** An act that was not planned, and why. */
export function notPlanned(text: string, why: string): Outcome {
  return { results: [{ text, done: false, sentence: `Not planned: ${why}` }] };
}

/** Makes a plan, or says why there is none. */
export async function orNotPlanned(text: string, plan: () => Promise<Outcome | GoesOn>): Promise<Outcome | GoesOn> {
  try {
    return await plan();
  } catch (error) {
    if (error instanceof HttpProblem) throw error;
    return notPlanned(text, reasonOf(error));
  }
}
