import { type Html, html } from '@punctual/pages';

/** A whole page. @param head how it looks: a style, or a link to one */
export function wholePage({ title, head, body }: { title: string; head: Html; body: Html }): string {
  return `<!doctype html>\n${html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
${head}
</head>
<body>
${body}
</body>
</html>
`}`;
}
