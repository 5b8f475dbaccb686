import { compareRequest, compareResponse } from './compare-schemas.ts';
import type { Content, Operation, Parameter, RestDocument } from './document.ts';

/**
 * What breaks an app that was installed with a released document when the API follows the present
 * one. Each line names the operation: `proposeForJob: the request lacks "notes"`. An app sends what it
 * sent, and must read what it reads: so operations, parameters and fields of requests stay and do
 * not narrow; fields of answers stay, keep their type, and become neither null nor absent. An
 * enumeration of an answer may grow when it is marked as extensible. New operations, optional
 * parameters and fields, and problems are fine.
 */
export function breakingRestChanges(released: RestDocument, present: RestDocument): string[] {
  return Object.entries(released.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, was]) => {
      const is = present.paths[path]?.[method];
      if (!is) return [`${was.operationId}: ${method.toUpperCase()} ${path} was removed`];
      return [...new Set(compareOperation({ released, present, was, is }))].map(
        (what) => `${was.operationId}: ${what}`,
      );
    }),
  );
}

type Pair = { released: RestDocument; present: RestDocument; was: Operation; is: Operation };

function compareOperation(pair: Pair): string[] {
  const { was, is } = pair;
  return [
    ...(was.operationId === is.operationId ? [] : [`is called ${is.operationId} now`]),
    ...(was.security?.length === 0 && is.security?.length !== 0 ? ['needs a token now'] : []),
    ...compareParameters(pair),
    ...compareBody(pair),
    ...compareAnswers(pair),
  ];
}

function compareParameters({ released, present, was, is }: Pair): string[] {
  const keyOf = (one: Parameter) => `${one.in} parameter ${one.name}`;
  const before = new Map((was.parameters ?? []).map((one) => [keyOf(one), one]));
  const after = new Map((is.parameters ?? []).map((one) => [keyOf(one), one]));
  const changed = [...before].flatMap(([key, old]) => {
    const now = after.get(key);
    if (!now) return [`the ${key} was removed`];
    const documents = { released, present };
    return [
      ...(now.required && !old.required ? [`the ${key} is required now`] : []),
      ...compareRequest(documents, old.schema ?? {}, now.schema ?? {}, `the ${key}`),
    ];
  });
  const added = [...after].flatMap(([key, { required }]) =>
    required && !before.has(key) ? [`the ${key} is new and required`] : [],
  );
  return [...changed, ...added];
}

function compareBody({ released, present, was, is }: Pair): string[] {
  const documents = { released, present };
  if (!was.requestBody) return is.requestBody?.required ? ['a body is required now'] : [];
  if (!is.requestBody) return ['takes no body any more'];
  const needed = is.requestBody.required && !was.requestBody.required ? ['a body is required now'] : [];
  return [
    ...needed,
    ...Object.entries(was.requestBody.content).flatMap(([type, { schema = {} }]) => {
      const now = is.requestBody?.content[type]?.schema;
      return now ? compareRequest(documents, schema, now, 'the request') : [`takes no ${type} any more`];
    }),
  ];
}

function compareAnswers({ released, present, was, is }: Pair): string[] {
  const problemType = 'application/problem+json';
  return Object.entries(was.responses).flatMap(([status, { content = {}, headers = {} }]) => {
    const now = is.responses[status];
    if (!now) return status.startsWith('2') ? [`does not answer ${status} any more`] : [];
    const lost = Object.keys(headers).filter((name) => !(name in (now.headers ?? {})));
    return [
      ...lost.map((name) => `the answer ${status} lacks the header ${name}`),
      ...Object.entries(content as Content).flatMap(([type, { schema = {} }]) => {
        const media = now.content?.[type];
        if (!media) return [`the answer ${status} is not ${type} any more`];
        const where = type === problemType ? 'a problem' : `the answer ${status}`;
        return compareResponse({ released, present }, schema, media.schema ?? {}, where);
      }),
    ];
  });
}
