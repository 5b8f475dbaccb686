import { randomBytes } from 'node:crypto';
import { type Endpoint, Problem } from '@punctual/contracts';

export type Client = {
  /**
   * Sends what the endpoint takes and answers what it promises.
   * @throws RefusedError for any other status; an error of the schema when the answer is not what the contract says
   */
  call<E extends Endpoint>(endpoint: E, input?: Input<E>): Promise<Success<E>>;
  /** Sends it and answers whatever came, also a problem. */
  send(endpoint: Endpoint, input?: LooseInput): Promise<Answer>;
};

/** What an endpoint takes, by its own schemas, and any headers. */
export type Input<E extends Endpoint> = {
  params?: In<E['params']>;
  query?: In<E['query']>;
  body?: In<E['body']>;
  headers?: Readonly<Record<string, string>>;
};

/** The same for those who want to send what is wrong. */
export type LooseInput = {
  params?: unknown;
  query?: unknown;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
};

export type Success<E extends Endpoint> = Out<E['success']['schema']>;

export type Answer = { status: number; headers: Headers; body: unknown };

/** The answer was not the one of success; the message names the request, the status and the problem's own words. */
export class RefusedError extends Error {
  readonly answer: Answer;

  constructor(request: string, answer: Answer) {
    super(`${request} was answered ${answer.status} ${describeProblem(answer.body)}`);
    this.name = 'RefusedError';
    this.answer = answer;
  }
}

const timeoutMs = 10_000;

/** One caller of the API: a base URL and who it is. Without a token it calls as a stranger. */
export function createClient(options: { url: string; token?: string; fetch?: typeof globalThis.fetch }): Client {
  const { fetch = globalThis.fetch } = options;
  const send: Client['send'] = async (endpoint, { params, query, body, headers } = {}) => {
    const response = await fetch(new URL(pathOf(endpoint, params, query), options.url), {
      method: endpoint.method,
      headers: {
        ...(options.token && { authorization: `Bearer ${options.token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && {
        body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
      }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const { status, headers: answered } = response;
    if (answered.get('content-type') === 'text/event-stream') {
      await response.body?.cancel();
      return { status, headers: answered, body: undefined };
    }
    return { status, headers: answered, body: readBody(await response.text()) };
  };

  return {
    send,
    call: async (endpoint, input = {}) => {
      const answer = await send(endpoint, input);
      const { status, schema } = endpoint.success;
      if (answer.status !== status)
        throw new RefusedError(`${endpoint.method} ${pathOf(endpoint, input.params)}`, answer);
      return (schema ? schema.parse(answer.body) : answer.body) as Success<typeof endpoint>;
    },
  };
}

/** A new trace, as a client starts it: what the product does because of it carries its id. */
export function newTrace(): { traceId: string; headers: { traceparent: string } } {
  const traceId = randomBytes(16).toString('hex');
  return { traceId, headers: { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` } };
}

function pathOf(endpoint: Endpoint, params?: unknown, query?: unknown): string {
  const values = new Map(Object.entries(params ?? {}));
  const path = endpoint.path.replace(/:(\w+)/g, (_match, name: string) => encodeURIComponent(String(values.get(name))));
  const search = new URLSearchParams(Object.entries(query ?? {}).map(([name, value]) => [name, String(value)]));
  return search.size > 0 ? `${path}?${search}` : path;
}

function readBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function describeProblem(body: unknown): string {
  const problem = Problem.safeParse(body);
  return problem.success ? `${problem.data.code}: ${problem.data.detail}` : JSON.stringify(body).slice(0, 200);
}

type Schema = NonNullable<Endpoint['body']>;
type Types<S extends Schema> = NonNullable<S['~standard']['types']>;
type In<S> = S extends Schema ? Types<S>['input'] : undefined;
type Out<S> = S extends Schema ? Types<S>['output'] : unknown;
