import { type Html, html } from '@punctual/pages';
import { wholePage } from '../whole-page.ts';

export type PageOptions = { title: string; path: string; body: Html };

const sections = [
  { path: '/traces', name: 'Traces' },
  { path: '/dashboards', name: 'Dashboards' },
  { path: '/alerts', name: 'Alerts' },
];

/** A whole page: the parts of the site above, then the body. */
export function layout({ title, path, body }: PageOptions): string {
  const nav = sections.map(
    (section) =>
      html`<a href="${section.path}"${path === section.path && html` aria-current="page"`}>${section.name}</a>`,
  );
  return wholePage({
    title: `${title} · Punctual`,
    head: html`<link rel="stylesheet" href="/style.css">`,
    body: html`<header><strong>Punctual, development stack</strong><nav aria-label="Sections">${nav}</nav></header>
<main>
<h1>${title}</h1>
${body}
</main>`,
  });
}
