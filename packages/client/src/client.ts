import { type Operations, type Problem, routes } from './api.ts';
import { ProblemError, UnexpectedAnswerError } from './errors.ts';
import { sendAgain } from './retry.ts';

export type ClientOptions = {
  /** Of the gateway. */
  url: string;
  /** Asked before each request, so that it can give a fresh one. Without it the client calls as a stranger. */
  token?: () => string | Promise<string>;
  /** How often a request that may be repeated is repeated: 2 by default. */
  retries?: number;
  /** How long one try may take: 10 s by default. */
  timeoutMs?: number;
  /** Another `fetch` than the platform's. */
  fetch?: typeof globalThis.fetch;
};

/** Every operation of the API by its name. What it rejects with is a {@link ProblemError} when the API said no. */
export type Client = { readonly [N in OperationName]: (...input: Arguments<Input<N>>) => Promise<Answer<N>> };

export type OperationName = keyof Operations;
export type Answer<N extends OperationName> = Operations[N]['answer'];
export type Input<N extends OperationName> = Omit<Operations[N], 'answer'> &
  (Method<N> extends 'POST' ? Mutation : unknown) & {
    /** Gives the request up. */
    signal?: AbortSignal | undefined;
    headers?: Readonly<Record<string, string>>;
  };

export type Mutation = {
  /** The same for every try of one intention: then it happens once, and the client may repeat it. */
  idempotencyKey?: string;
  /** The version that was seen; 412 `precondition-failed` with the current state when there is a newer one. */
  ifMatch?: number | '*';
};

/** A client of the API for one person. */
export function createClient(options: ClientOptions): Client {
  const names = Object.keys(routes) as OperationName[];
  return Object.fromEntries(
    names.map((name) => [name, (input?: Sent) => call(options, name, input ?? {})]),
  ) as unknown as Client;
}

type Method<N extends OperationName> = (typeof routes)[N]['method'];
type Arguments<I> = Record<never, never> extends I ? [input?: I] : [input: I];

/** What any of the operations may be given. */
type Sent = Mutation & {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  signal?: AbortSignal;
  headers?: Readonly<Record<string, string>>;
};

async function call(options: ClientOptions, name: OperationName, input: Sent): Promise<unknown> {
  const { fetch = globalThis.fetch, retries = 2, timeoutMs = 10_000 } = options;
  const { method } = routes[name];
  const path = pathOf(routes[name].path, input);
  const { signal, body } = input;
  const send = async () =>
    fetch(options.url.replace(/\/$/, '') + path, {
      method,
      headers: await headersOf(options, input),
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), signal ?? []].flat()),
    });
  const mayRepeat = method === 'GET' || input.idempotencyKey !== undefined;
  const response = await sendAgain(send, { retries: mayRepeat ? retries : 0, signal });
  return readAnswer(`${method} ${path}`, response);
}

async function headersOf({ token }: ClientOptions, { headers, body, idempotencyKey, ifMatch }: Sent) {
  return {
    ...(token && { authorization: `Bearer ${await token()}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
    ...(ifMatch !== undefined && { 'if-match': ifMatch === '*' ? ifMatch : `"${ifMatch}"` }),
    ...headers,
  };
}

function pathOf(template: string, { params = {}, query = {} }: Sent): string {
  const path = template.replace(/\{(\w+)\}/g, (_match, name: string) => encodeURIComponent(String(params[name])));
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return search ? `${path}?${search}` : path;
}

async function readAnswer(request: string, response: Response): Promise<unknown> {
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('application/problem+json')) throw new ProblemError(request, (await response.json()) as Problem);
  if (type.startsWith('application/json')) return response.json();
  throw new UnexpectedAnswerError(request, response.status);
}
