import { type Html, html } from '../html.ts';

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
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Punctual</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header><strong>Punctual, development stack</strong><nav aria-label="Sections">${nav}</nav></header>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
  return page.markup;
}
