import { asyncApiDocument } from '@punctual/contracts/asyncapi';
import { openApiDocument } from '@punctual/contracts/openapi';
import { shapeOf } from './print-shape.ts';
import { isEnumeration, nameOf, type Printing, printProperty, printType, type Schema } from './print-type.ts';

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
type Named = Record<string, Schema>;

/**
 * Returns the source of `api.ts`: the types of the OpenAPI and AsyncAPI documents, the method and
 * path of each operation, and the known values of open enumerations.
 */
export function printApi(): string {
  const document: Document = JSON.parse(JSON.stringify(openApiDocument()));
  const { messages, schemas }: EventDocument['components'] = JSON.parse(JSON.stringify(asyncApiDocument().components));
  // The document merges the data of all events, because generators cannot choose one by `type`.
  const { ChangeData: _merged, ...named } = merge(document.components.schemas, schemas);
  const routes = Object.entries(document.paths)
    .flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
    )
    .filter(answersJson);
  const sent = sentTypes(routes, named);
  const enumerations = new Set(Object.keys(named).filter((name) => isEnumeration(named[name] ?? {})));
  const open: Printing = { isOpen: true, enumerations };
  const printNamed = ([name, schema]: [string, Schema]) =>
    name === 'Change'
      ? 'export type Change = ChangeOf<Events>;'
      : `export type ${name} = ${printType(schema, enumerations.has(name) || sent.has(name) ? {} : open)};`;
  const events = Object.entries(messages).map(([type, { payload }]) => printProperty(type, payload, true, open));
  const shapes = Object.entries(named).filter(([name]) => enumerations.has(name) || !sent.has(name));
  return [
    '// Generated from the OpenAPI document by `npm run generate -w @punctual/client`. Change the contract, not this file.',
    `import type { ChangeOf } from './live/change-of.ts';`,
    '/** One of these, or `UNKNOWN`: a value that a later release of the API has added. */',
    `export type Open<T> = T | 'UNKNOWN';`,
    ...Object.entries(named).map(printNamed),
    `/** Every event, by its type. */\nexport type Events = { ${events.join('\n')} };`,
    `/** What each operation takes and answers. */\nexport type Operations = { ${routes.map((route) => printOperation(route, open)).join('\n')} };`,
    `/** Where each operation is, and the shape of its response. */\nexport const routes = { ${routes.map((route) => printRoute(route, named)).join('\n')} } as const;`,
    `/** The known values of enumerations, and where types contain them. */\nexport const shapes = { ${printShapes(shapes, named)} } as const;`,
    `/** The same for the data of each event. */\nexport const eventShapes = { ${printShapes(eventData(messages), named)} } as const;`,
  ].join('\n\n');
}

/** @throws Error when the documents define one name differently */
function merge(rest: Named, events: Named): Named {
  for (const [name, schema] of Object.entries(events)) {
    const [theirs, ours] = [printType(schema), printType(rest[name] ?? schema)];
    if (theirs !== ours) throw new Error(`${name} is ${ours} and ${theirs}`);
  }
  return { ...rest, ...events, ...rest };
}

/** The types that occur in request bodies. */
function sentTypes(routes: Route[], named: Named): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, part] of Object.entries(node)) {
      if (key !== '$ref') visit(part);
      else if (!found.has(nameOf(part))) {
        found.add(nameOf(part));
        visit(named[nameOf(part)]);
      }
    }
  };
  for (const { operation } of routes) visit(operation.requestBody?.content);
  return found;
}

/** The documentation page and the stream of changes are not calls. */
function answersJson({ operation }: Route): boolean {
  return Object.values(operation.responses).some(({ content }) => content?.['application/json']);
}

function printOperation({ operation }: Route, open: Printing): string {
  const { operationId, summary, parameters = [], requestBody } = operation;
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
    ...answerOf(operation).map((schema) => printProperty('answer', schema, true, open)),
  ];
  return `/** ${summary} */\n${operationId}: { ${parts.join('\n')} };`;
}

function printPart(name: string, parameters: Parameter[]): string {
  if (parameters.length === 0) return '';
  const fields = parameters.map((each) => printProperty(each.name, orOne(each), each.required ?? false));
  return `${name}${parameters.some(({ required }) => required) ? '' : '?'}: { ${fields.join('\n')} };`;
}

function answerOf({ responses }: Operation): Schema[] {
  return jsonOf((responses[200] ?? responses[201] ?? responses[202])?.content);
}

/** Of a query parameter that takes several values, one may be given without an array, as in 1.0. */
function orOne({ schema }: Parameter): Schema {
  return schema.type === 'array' && schema.items ? { anyOf: [schema.items, schema] } : schema;
}

function jsonOf(content: Record<string, Media> | undefined): Schema[] {
  return [content?.['application/json']?.schema ?? []].flat();
}

function printRoute({ method, path, operation }: Route, named: Named): string {
  const [answer] = answerOf(operation).map((schema) => shapeOf(schema, named));
  const shape = answer === undefined ? '' : `, answer: ${JSON.stringify(answer)}`;
  return `${operation.operationId}: { method: '${method}', path: '${path}'${shape} },`;
}

function printShapes(schemas: [string, Schema][], named: Named): string {
  return schemas
    .map(([name, schema]) => [name, shapeOf(schema, named)] as const)
    .filter(([, shape]) => shape !== undefined)
    .map(([name, shape]) => `${JSON.stringify(name)}: ${JSON.stringify(shape)},`)
    .join('\n');
}

function eventData(messages: EventDocument['components']['messages']): [string, Schema][] {
  return Object.entries(messages).map(([type, { payload }]) => [type, payload.properties?.data ?? {}]);
}
