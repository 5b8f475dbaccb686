import { type Html, html } from '@punctual/pages';
import type { Person } from '../session/session.ts';
import { assetUrl } from './assets.ts';

export type Layout = {
  title: string;
  main: Html;
  /** Left out: nobody is signed in. */
  person?: Person | undefined;
  /** What the person may open, as path and text. */
  links?: readonly (readonly [path: string, text: string])[];
  /** The path of the page. */
  path?: string;
  /** The time zone that the page shows. */
  zone?: string;
};

/** The whole page as it is sent. */
export function layout({ title, main, person, links = [], path = '', zone = 'UTC' }: Layout): string {
  return `<!doctype html>\n${html`<html lang="en" data-zone="${zone}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Punctual</title>
<link rel="icon" type="image/svg+xml" href="${assetUrl('icon.svg')}">
<link rel="stylesheet" href="${assetUrl('pico.css')}">
<link rel="stylesheet" href="${assetUrl('console.css')}">
<script src="${assetUrl('htmx.js')}" defer></script>
<script src="${assetUrl('console.js')}" defer></script>
</head>
<body>
<header>
<nav aria-label="Pages">
<ul>
<li><a href="/"><strong>Punctual</strong></a></li>
${links.map(([href, text]) => html`<li><a href="${href}"${current(href === path)}>${text}</a></li>`)}
</ul>
${person && signedIn(person)}
</nav>
</header>
<main id="main">
<h1>${title}</h1>
${main}
</main>
</body>
</html>
`}`;
}

function signedIn({ name, csrf }: Person): Html {
  return html`<form method="post" action="/sign-out">
<span>${name}</span>
<input type="hidden" name="csrf" value="${csrf}">
<button type="submit">Sign out</button>
</form>`;
}

function current(isCurrent: boolean): Html {
  return isCurrent ? html` aria-current="page"` : html``;
}
