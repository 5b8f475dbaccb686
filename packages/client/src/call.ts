import { routes } from './api.ts';
import { ProblemError, UnexpectedAnswerError } from './http/errors.ts';
import { newIdempotencyKey } from './http/idempotency-key.ts';
import { knownValues, type Shape } from './http/known-values.ts';
import { pathOf } from './http/path.ts';
import { type ApiResponse, apiResponse } from './http/response.ts';
import { type ConnectionOptions, type Received, send } from './http/send.ts';
import type { AnyInput, OperationName } from './operations.ts';

/**
 * Executes an operation.
 * @throws ProblemError, UnexpectedAnswerError, and the errors of the network and of `token`
 */
export async function call(
  options: ConnectionOptions & { retries: number },
  name: OperationName,
  input: AnyInput,
): Promise<ApiResponse<unknown>> {
  const { method, path: template, answer } = routes[name] as { method: string; path: string; answer?: Shape };
  const path = pathOf(template, input.params, input.query);
  const body = input.body === undefined ? undefined : JSON.stringify(input.body);
  const { retries } = options;
  const received = await send(options, {
    method,
    path,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      // With a key a command can be sent again without a second effect.
      ...(method !== 'GET' && retries > 0 && { 'idempotency-key': newIdempotencyKey() }),
      ...headersOf(input),
    },
    body,
    signal: input.signal,
    retries,
  });
  return read(`${method} ${path}`, received, answer);
}

function headersOf({ headers = {}, idempotencyKey, ifMatch }: AnyInput): Record<string, string> {
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    ...(ifMatch !== undefined && { 'if-match': ifMatch === '*' ? ifMatch : `"${ifMatch}"` }),
    ...Object.fromEntries(given),
  };
}

function read(request: string, received: Received, answer: Shape | undefined): ApiResponse<unknown> {
  const { status, headers } = received;
  if (!headers.get('content-type')?.startsWith('application/json')) throw errorOf(request, received);
  return apiResponse(knownValues(parse(request, received), answer), status, headers);
}

/** The error that a refusal stands for. */
export function errorOf(request: string, received: Received): Error {
  if (!received.headers.get('content-type')?.startsWith('application/problem+json'))
    return new UnexpectedAnswerError(request, received.status);
  return new ProblemError(request, parse(request, received), received);
}

/** A response that was cut off, or is only called JSON, is not the API's. */
function parse<T>(request: string, { status, text }: Received): T {
  try {
    return JSON.parse(text);
  } catch {
    throw new UnexpectedAnswerError(request, status);
  }
}
