import { problems } from '@punctual/contracts';
import { openApiDocument } from '@punctual/contracts/openapi';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** A request and its response. */
export type Exchange = {
  method: string;
  /** With or without the query. */
  path: string;
  status: number;
  headers: Headers;
  /** Parsed if it is JSON. */
  body: unknown;
};

/** The documented response that matched. */
export type KnownAnswer = {
  /** The `operationId`; undefined for an unknown path, which no document can list. */
  operation: string | undefined;
  status: number;
  /** The code of a problem. */
  code: string | undefined;
};

export type Contract = {
  /** @throws ContractError when the response differs from the OpenAPI document */
  check(exchange: Exchange): KnownAnswer;
};

/** The response differs from the OpenAPI document. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
}

/** Checks status, headers, content type, body and problem code against the OpenAPI document. */
export function openContract(): Contract {
  const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }));
  const document = readDocument();
  ajv.addSchema(document, documentId);
  const routes = routesOf(document);

  const check = (exchange: Exchange): KnownAnswer => {
    const operation = operationOf(routes, exchange);
    const { status, headers } = exchange;
    const answer = operation.responses[status];
    if (!answer) throw unlike(exchange, 'is not documented for this route');
    for (const [name, { required }] of Object.entries(answer.headers ?? {})) {
      if (required && !headers.has(name)) throw unlike(exchange, `lacks the header ${name}`);
    }
    const { operationId } = operation;
    if (exchange.method === 'HEAD') return { operation: operationId, status, code: undefined };

    const contentType = headers.get('content-type')?.split(';')[0] ?? 'none';
    const content = answer.content?.[contentType];
    if (!content) throw unlike(exchange, `has the content type ${contentType}, which is not documented`);
    // Streams and CSV are texts, and are not read here.
    const schema = /\bjson\b/.test(contentType) && schemaFor(exchange, operationId, content.schema);
    if (schema && !ajv.validate(schema, exchange.body)) {
      throw unlike(exchange, `has another body than documented: ${ajv.errorsText(ajv.errors)}`);
    }
    const code = contentType === problemType ? (exchange.body as { code: string }).code : undefined;
    if (code && !content.examples?.[code]) throw unlike(exchange, `is a problem not documented for this route`);
    return { operation: operationId, status, code };
  };
  return { check };
}

const documentId = 'openapi.json';
const problemType = 'application/problem+json';

type Answer = {
  headers?: Record<string, { required?: boolean }>;
  content?: Record<string, { schema?: object; examples?: Record<string, unknown> }>;
};
type Operation = { operationId?: string; responses: Record<number, Answer> };
type Document = { paths: Record<string, Record<string, Operation>> };
type Route = { method: string; path: RegExp; operation: Operation };

/** Reads the document with absolute references, so that parts of it can be validated alone. */
function readDocument(): Document {
  return JSON.parse(JSON.stringify(openApiDocument()).replaceAll('"#/', `"${documentId}#/`));
}

function routesOf({ paths }: Document): Route[] {
  return Object.entries(paths).flatMap(([path, operations]) => {
    const pattern = new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`, 'i');
    return Object.entries(operations).map(([method, operation]) => ({ method, path: pattern, operation }));
  });
}

function operationOf(routes: Route[], { method, path }: Exchange): Operation {
  const onPath = routes.filter((route) => route.path.test(path.split('?')[0] ?? ''));
  const wanted = method === 'HEAD' ? 'get' : method.toLowerCase();
  const found = onPath.find((route) => route.method === wanted);
  return found?.operation ?? (onPath.length > 0 ? otherMethod : otherPath);
}

const problem = (code: keyof typeof problems, headers: Answer['headers'] = {}): Operation['responses'] => {
  const schema = { $ref: `${documentId}#/components/schemas/Problem` };
  return { [problems[code].status]: { headers, content: { [problemType]: { schema, examples: { [code]: {} } } } } };
};

const otherMethod: Operation = { responses: problem('method-not-allowed', { Allow: { required: true } }) };
const otherPath: Operation = { responses: { ...problem('not-found'), ...problem('uri-too-long') } };

/** The document has one shape for each answer; two routes have others, for callers that know. */
function schemaFor({ path, status }: Exchange, operationId: string | undefined, schema: object | undefined) {
  if (operationId === 'explainAssignment') return orPart(schema);
  if (status === 200 && /[?&]dryRun=true/.test(path)) return { const: { ok: true } };
  return schema;
}

/** A service answers `explainAssignment` with its own part; the gateway with the whole. */
function orPart(whole: object | undefined): object {
  const parts = ['ScheduleExplanation', 'RemindersExplanation', 'PayoutExplanation'];
  return { anyOf: [whole, ...parts.map((name) => ({ $ref: `${documentId}#/components/schemas/${name}` }))] };
}

function unlike({ method, path, status, body }: Exchange, reason: string): ContractError {
  const answer = JSON.stringify(body)?.slice(0, 1_000);
  return new ContractError(`The answer ${status} to ${method} ${path} ${reason}. ${answer}`);
}
