import type { Endpoint, FieldError } from '@punctual/contracts';
import type { Request } from 'express';
import { z } from 'zod';
import type { Caller } from './authenticate.ts';
import type { HandlerRequest } from './handle.ts';
import { HttpProblem } from './http-problem.ts';
import { faultyParameters, faultyStrings } from './unicode-faults.ts';

/**
 * Parses path, query, headers and body by the endpoint's schemas.
 * @throws HttpProblem 400 with a JSON pointer for each fault
 */
export function readRequest(
  endpoint: Endpoint,
  request: Request,
  caller: Caller | undefined,
): HandlerRequest<Endpoint> {
  const faults: FieldError[] = [];
  const parse = (schema: z.ZodType | undefined, value: unknown): unknown => {
    if (!schema) return undefined;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    faults.push(...parsed.error.issues.flatMap(toFaults));
    return undefined;
  };

  const idempotencyKey = readIdempotencyKey(request);
  const params = parse(endpoint.params, request.params);
  const query = parse(querySchema(endpoint), { ...request.query });
  const ifMatch = readIfMatch(request, faults);
  const body =
    request.body !== undefined || !endpoint.bodyOptional
      ? parse(endpoint.body, requireBody(endpoint, request))
      : undefined;
  // Of what fits its schema: that is no deeper than the schema.
  faults.push(...faultyParameters(request.originalUrl, pointer));
  faults.push(...faultyStrings(query, pointer), ...faultyStrings(body, pointer));
  if (faults.length > 0) {
    throw invalid(faults);
  }
  return {
    caller,
    params,
    query,
    body,
    idempotencyKey,
    ifMatch,
    method: request.method,
    path: request.originalUrl,
    raw: request,
  } as HandlerRequest<Endpoint>;
}

/**
 * Parses the query of a request that is not read by {@link readRequest}.
 * @throws HttpProblem 400 with a JSON pointer for each fault
 */
export function readQuery<E extends Endpoint>(endpoint: E, request: Request): HandlerRequest<E>['query'] {
  const parsed = querySchema(endpoint)?.safeParse({ ...request.query });
  if (parsed?.error) throw invalid(parsed.error.issues.flatMap(toFaults));
  return parsed?.data as HandlerRequest<E>['query'];
}

/**
 * Refuses every query parameter of a request for a route without any.
 * @throws HttpProblem 400 with a JSON pointer for each
 */
export function refuseQuery(request: Request): void {
  const { error } = noParameters.safeParse({ ...request.query });
  if (error) throw invalid(error.issues.flatMap(toFaults));
}

const noParameters = z.strictObject({});

function querySchema({ query, anyQuery }: Endpoint): z.ZodObject | undefined {
  return query ?? (anyQuery ? undefined : noParameters);
}

function invalid(errors: FieldError[]): HttpProblem {
  return new HttpProblem('validation-failed', 'The request does not match its schema.', { errors });
}

function requireBody(endpoint: Endpoint, request: Request): unknown {
  if (endpoint.body && request.body === undefined) throw new HttpProblem('malformed-body', 'A JSON body is required.');
  return request.body;
}

function readIdempotencyKey(request: Request): string | undefined {
  const key = request.get('idempotency-key');
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw new HttpProblem('invalid-idempotency-key', 'Idempotency-Key must be 1 to 255 visible ASCII characters.');
}

function readIfMatch(request: Request, faults: FieldError[]): string | undefined {
  const header = request.get('if-match');
  if (header === undefined || header === '*') return header;
  const version = /^"([\x21\x23-\x7e]*)"$/.exec(header)?.[1];
  if (version === undefined) faults.push({ path: '/headers/if-match', message: 'must be * or one strong entity tag' });
  return version;
}

function toFaults(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: pointer([...issue.path, key]), message: 'is not known' }));
  }
  return [{ path: pointer(issue.path), message: issue.message }];
}

/** A JSON pointer, RFC 6901. */
function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
