import type { AsyncApiDocument } from '@punctual/contracts/asyncapi';
import { breakableHtml as breakable, proseHtml as prose, escapeHtml as text } from './escape-html.ts';
import { type Field, fieldsOf } from './fields-of.ts';

type Channel = AsyncApiDocument['channels'][string];

/** Renders the envelope, and every subject with its fields and an example. */
export function eventsPage(document: AsyncApiDocument): string {
  const streams = Map.groupBy(Object.values(document.channels), (channel) => channel['x-stream']);
  const sections = [...streams].map(([stream, channels]) => streamSection(document, stream, channels));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(document.info.title)}</title>
<link rel="icon" type="image/svg+xml" href="/docs/favicon.svg">
<link rel="stylesheet" href="/docs/events.css">
<script src="/docs/events.js"></script>
</head>
<body>
<header>
<h1>${text(document.info.title)}</h1>
<button type="button" id="theme" hidden>Dark</button>
<p>${text(document.info.description)}</p>
<p><a href="/docs">The REST API</a> · <a href="/asyncapi.json">AsyncAPI document</a></p>
<form id="search" role="search" hidden>
<label for="query">Search events and fields</label>
<input type="search" id="query" autocomplete="off" spellcheck="false">
<output for="query" id="found"></output>
</form>
</header>
<main>
${envelopeSection(document)}
${sections.join('\n')}
</main>
</body>
</html>
`;
}

/** What all events have in common. */
function envelopeSection({ components: { messages, schemas } }: AsyncApiDocument): string {
  const [message] = Object.values(messages);
  if (!message) return '';
  // Those differ from event to event.
  const { type, source, dataschema, data: _, ...common } = message.payload.properties ?? {};
  const properties = { ...common, ...widened({ type, source, dataschema }) };
  return `<section class="stream">
<h2>Every event</h2>
<article id="envelope">
<h3>Envelope</h3>
<p>CloudEvents 1.0. <code>data</code> is below, under each event.</p>
${fieldList(fieldsOf({ ...message.payload, properties }, schemas))}
</article>
<article id="headers">
<h3>NATS headers</h3>
${fieldList(fieldsOf(message.headers, schemas))}
</article>
</section>`;
}

type Properties = NonNullable<Parameters<typeof fieldsOf>[0]['properties']>;

/** The fields without the one value that they have in an event. */
function widened(properties: Record<string, Properties[string] | undefined>): Properties {
  const entries = Object.entries(properties).flatMap(([name, field]) => {
    if (typeof field !== 'object') return [];
    const { const: _, ...rest } = field;
    return [[name, rest]];
  });
  return Object.fromEntries(entries);
}

function streamSection(document: AsyncApiDocument, stream: string, channels: Channel[]): string {
  return `<section class="stream">
<h2>Stream ${text(stream)}</h2>
<ul class="subjects">
${channels.map(({ address }) => `<li><a href="#${text(address)}">${breakable(address)}</a></li>`).join('\n')}
</ul>
${channels.map((channel) => eventSection(document, channel)).join('\n')}
</section>`;
}

function eventSection({ components: { messages, schemas } }: AsyncApiDocument, channel: Channel): string {
  const { address, summary } = channel;
  const message = messages[address];
  if (!message) return '';
  const { data, dataschema } = message.payload.properties ?? {};
  const fields = fieldsOf({ properties: { data: data as Properties[string] } }, schemas);
  const example = JSON.stringify(message.examples[0]?.payload, null, 2);
  return `<article id="${text(address)}">
<h3><a href="#${text(address)}">${breakable(address)}</a></h3>
<p>${prose(summary)}</p>
<p>From <code>${text(channel['x-source'])}</code> · <a href="${text(schemaPath(dataschema))}">JSON Schema of <code>data</code></a></p>
<details open><summary>Fields of <code>data</code></summary>
${fieldList(
  fields.filter(({ path }) => path !== 'data').map((field) => ({ ...field, path: field.path.replace('data.', '') })),
)}
</details>
<details><summary>Example</summary>
<pre tabindex="0" role="region" aria-label="Example of ${text(address)}">${text(example)}</pre>
</details>
</article>`;
}

/** Where the gateway serves the schema that `dataschema` names. */
function schemaPath(dataschema: unknown): string {
  const { const: name } = dataschema as { const?: unknown };
  return new URL(String(name)).pathname;
}

function fieldList(fields: Field[]): string {
  return `<dl>\n${fields.map(fieldRow).join('\n')}\n</dl>`;
}

function fieldRow({ path, value, optional, description }: Field): string {
  const kind = [value, optional ? 'may be absent' : ''].filter(Boolean).join(', ');
  return `<div><dt><code>${breakable(path)}</code> <span>${breakable(kind)}</span></dt><dd>${prose(description)}</dd></div>`;
}
