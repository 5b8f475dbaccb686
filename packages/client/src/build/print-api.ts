import { asyncApiDocument } from '@punctual/contracts/asyncapi';
import { openApiDocument } from '@punctual/contracts/openapi';
import { printProperty, printType, type Schema } from './print-type.ts';

type Parameter = { in: string; name: string; required?: boolean; schema: Schema };
type Media = { schema?: Schema };
type Operation = {
  operationId: string;
  summary: string;
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, Media> };
  responses: Record<string, { content?: Record<string, Media> }>;
};
type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};
type EventDocument = {
  components: { messages: Record<string, { payload: Schema }>; schemas: Record<string, Schema> };
};
type Route = { method: string; path: string; operation: Operation };

/** The source of `api.ts`: the types of the contract's documents, OpenAPI and AsyncAPI, and where each operation is. */
export function printApi(): string {
  const document: Document = JSON.parse(JSON.stringify(openApiDocument()));
  const { messages, schemas }: EventDocument['components'] = JSON.parse(JSON.stringify(asyncApiDocument().components));
  const types = printTypes([...Object.entries(document.components.schemas), ...Object.entries(schemas)]);
  const routes = Object.entries(document.paths)
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    )
    .filter(answersJson);
  return [
    '// Generated from the OpenAPI document by `npm run generate -w @punctual/client`. Change the contract, not this file.',
    ...Object.entries(types).map(([name, type]) => `export type ${name} = ${type};`),
    `/** Every event, by its type. */\nexport type Events = { ${Object.entries(messages).map(printEvent).join('\n')} };`,
    `/** What each operation takes and answers. */\nexport type Operations = { ${routes.map(printOperation).join('\n')} };`,
    `/** Where each operation is. */\nexport const routes = { ${routes.map(printRoute).join('\n')} } as const;`,
  ].join('\n\n');
}

/** @throws Error when the documents mean different things by one name */
function printTypes(schemas: readonly (readonly [name: string, schema: Schema])[]): Record<string, string> {
  const types: Record<string, string> = {};
  for (const [name, schema] of schemas) {
    const type = printType(schema);
    types[name] ??= type;
    if (types[name] !== type) throw new Error(`${name} is ${types[name]} and ${type}`);
  }
  return types;
}

function printEvent([type, { payload }]: [string, { payload: Schema }]): string {
  return printProperty(type, payload, true);
}

/** The page of the documentation and the stream of changes are no calls. */
function answersJson({ operation }: Route): boolean {
  return Object.values(operation.responses).some(({ content }) => content?.['application/json']);
}

function printOperation({ operation }: Route): string {
  const { operationId, summary, parameters = [], requestBody, responses } = operation;
  const parts = [
    printPart(
      'params',
      parameters.filter((each) => each.in === 'path'),
    ),
    printPart(
      'query',
      parameters.filter((each) => each.in === 'query'),
    ),
    ...jsonOf(requestBody?.content).map((schema) => printProperty('body', schema, requestBody?.required ?? false)),
    ...jsonOf((responses[200] ?? responses[201] ?? responses[202])?.content).map((schema) =>
      printProperty('answer', schema, true),
    ),
  ];
  return `/** ${summary} */\n${operationId}: { ${parts.join('\n')} };`;
}

function printPart(name: string, parameters: Parameter[]): string {
  if (parameters.length === 0) return '';
  const fields = parameters.map((each) => printProperty(each.name, each.schema, each.required ?? false));
  return `${name}${parameters.some(({ required }) => required) ? '' : '?'}: { ${fields.join('\n')} };`;
}

function jsonOf(content: Record<string, Media> | undefined): Schema[] {
  return [content?.['application/json']?.schema ?? []].flat();
}

function printRoute({ method, path, operation }: Route): string {
  return `${operation.operationId}: { method: '${method}', path: '${path}' },`;
}
