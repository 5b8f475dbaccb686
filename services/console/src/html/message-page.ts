import { html } from '@punctual/pages';
import { type Layout, layout } from './layout.ts';

export type Message = { title: string; sentence: string; link?: readonly [path: string, text: string] };

/** A page that says one thing, and where to go from there. */
export function messagePage({ title, sentence, link }: Message, around: Partial<Layout> = {}): string {
  return layout({
    ...around,
    title,
    main: html`<p>${sentence}</p>${link && html`<p><a href="${link[0]}" role="button">${link[1]}</a></p>`}`,
  });
}
