import { type Operations, type Problem, routes } from './api.ts';
import { ProblemError, UnexpectedAnswerError } from './errors.ts';
import { sendAgain } from './retry.ts';
import { type Change, streamChanges } from './stream-changes.ts';

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
export type Client = { readonly [N in OperationName]: (...input: Arguments<Input<N>>) => Promise<Answer<N>> } & {
  /**
   * What happens to an assignment from now on, as it happens. Resolves when the stream is open; iterating it connects again by
   * itself, with a fresh token, and loses nothing within the time that the API reaches back (`onRestart` tells of more). It ends
   * when `signal` is aborted or the loop is left.
   */
  readonly streamChanges: (input: ChangesInput) => Promise<AsyncIterable<Change>>;
};

export type ChangesInput = {
  params: { id: string };
  signal?: AbortSignal | undefined;
  /**
   * Called when the stream could not go on where it was (410 `cursor-expired`: the app was away for too long) and has begun anew:
   * read the assignment again here. Changes wait until that is done; what it throws, the loop throws.
   */
  onRestart?: () => void | Promise<void>;
  headers?: Readonly<Record<string, string>>;
};

export type OperationName = keyof Operations;
export type Answer<N extends OperationName> = Operations[N]['answer'];
export type Input<N extends OperationName> = Omit<Operations[N], 'answer'> &
  (Method<N> extends 'POST' | 'PUT' ? Mutation : unknown) & {
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
  const operations = names.map((name) => [name, (input?: Sent) => call(options, name, input ?? {})]);
  return {
    ...Object.fromEntries(operations),
    streamChanges: (input: ChangesInput) => openChanges(options, input),
  } as Client;
}

type Method<N extends OperationName> = (typeof routes)[N]['method'];
type Arguments<I> = Record<never, never> extends I ? [input?: I] : [input: I];

/** What any of the operations may be given. */
type Sent = Mutation & {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  signal?: AbortSignal | undefined;
  headers?: Readonly<Record<string, string>>;
};

async function call(options: ClientOptions, name: OperationName, input: Sent): Promise<unknown> {
  const { fetch, retries, timeoutMs } = withDefaults(options);
  const { method } = routes[name];
  const path = pathOf(routes[name].path, input);
  const { signal, body } = input;
  const send = async () =>
    fetch(urlOf(options, path), {
      method,
      headers: await headersOf(options, input),
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), signal ?? []].flat()),
    });
  const mayRepeat = method === 'GET' || input.idempotencyKey !== undefined;
  const response = await sendAgain(send, { retries: mayRepeat ? retries : 0, signal });
  return readAnswer(`${method} ${path}`, response);
}

function openChanges(options: ClientOptions, input: ChangesInput): Promise<AsyncIterable<Change>> {
  const path = pathOf('/assignments/{id}/changes', input);
  return streamChanges({
    ...withDefaults(options),
    url: urlOf(options, path),
    headers: () => headersOf(options, input),
    signal: input.signal,
    onRestart: input.onRestart,
    errorOf: (response) => errorOf(`GET ${path}`, response),
  });
}

function withDefaults({ fetch = globalThis.fetch, retries = 2, timeoutMs = 10_000 }: ClientOptions) {
  return { fetch, retries, timeoutMs };
}

function urlOf({ url }: ClientOptions, path: string): string {
  return url.replace(/\/$/, '') + path;
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
  if (typeOf(response).startsWith('application/json')) return response.json();
  throw await errorOf(request, response);
}

async function errorOf(request: string, response: Response): Promise<Error> {
  if (!typeOf(response).startsWith('application/problem+json'))
    return new UnexpectedAnswerError(request, response.status);
  return new ProblemError(request, (await response.json()) as Problem);
}

function typeOf(response: Response): string {
  return response.headers.get('content-type') ?? '';
}
