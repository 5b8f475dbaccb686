import type { AsyncApiDocument } from '@punctual/contracts/asyncapi';
import { proseHtml as prose, escapeHtml as text } from './escape-html.ts';
import { type Field, fieldsOf } from './fields-of.ts';

type Channel = AsyncApiDocument['channels'][string];

const style = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1a202c; background: #fff; }
  h1 { line-height: 1.2; } h2 { margin-top: 3rem; border-bottom: 1px solid #cbd5e0; } h3 { margin: 2.5rem 0 0; }
  code, pre, h3 { font-family: ui-monospace, monospace; } code { font-size: .9em; } pre { overflow: auto; padding: 1rem; background: #f7fafc; }
  table { width: 100%; border-collapse: collapse; } th, td { padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #e2e8f0; text-align: left; vertical-align: top; }
  a { color: #2b6cb0; } summary { cursor: pointer; margin: .5rem 0; } td code { overflow-wrap: anywhere; }
`;

/** The page to read the events: every subject with its fields and an example. It loads nothing, and runs nothing. */
export function eventsPage(document: AsyncApiDocument): string {
  const streams = Map.groupBy(Object.values(document.channels), (channel) => channel['x-stream']);
  const sections = [...streams].map(([stream, channels]) => streamSection(document, stream, channels));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(document.info.title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${text(document.info.title)}</h1>
<p>${text(document.info.description)}</p>
<p>For machines: <a href="/asyncapi.json">AsyncAPI ${text(document.asyncapi)}</a>. The commands are in <a href="/docs">the REST API</a>.</p>
${sections.join('\n')}
</body>
</html>
`;
}

function streamSection(document: AsyncApiDocument, stream: string, channels: Channel[]): string {
  const rows = channels.map(
    ({ address, summary }) =>
      `<tr><td><a href="#${text(address)}"><code>${text(address)}</code></a></td><td>${prose(summary)}</td></tr>`,
  );
  return `<h2>Stream ${text(stream)}</h2>
<table>
<tr><th>subject</th><th>published when</th></tr>
${rows.join('\n')}
</table>
${channels.map((channel) => eventSection(document, channel)).join('\n')}`;
}

function eventSection({ components: { messages, schemas } }: AsyncApiDocument, channel: Channel): string {
  const { address, summary } = channel;
  const message = messages[address];
  if (!message) return '';
  return `<h3 id="${text(address)}">${text(address)}</h3>
<p>${prose(summary)} From <code>${text(channel['x-source'])}</code>.</p>
<details><summary>Fields</summary>
<table>
<tr><th>field</th><th>value</th><th></th></tr>
${fieldsOf(message.payload, schemas).map(fieldRow).join('\n')}
</table>
</details>
<details><summary>Example</summary>
<pre>${text(JSON.stringify(message.examples[0]?.payload, null, 2))}</pre>
</details>`;
}

function fieldRow({ path, value, optional, description }: Field): string {
  const note = [optional ? 'may be absent' : '', description].filter(Boolean).join('; ');
  return `<tr><td><code>${text(path)}</code></td><td>${text(value)}</td><td>${prose(note)}</td></tr>`;
}
