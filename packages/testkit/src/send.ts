import type { Endpoint } from '@punctual/contracts';

/** Input of an endpoint, valid or not. A body of text or bytes is sent as it is. */
export type EndpointInput = {
  params?: unknown;
  query?: unknown;
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
};

export type EndpointReply = { status: number; headers: Headers; body: unknown };

/** Sends a request once and returns any response. Of a stream it reads only the headers. */
export type SendEndpoint = (endpoint: Endpoint, input?: EndpointInput) => Promise<EndpointReply>;

const timeoutMs = 10_000;

export function createSend(options: {
  url: string;
  token: string | undefined;
  fetch: typeof globalThis.fetch;
}): SendEndpoint {
  return async (endpoint, { params, query, body, headers } = {}) => {
    const response = await options.fetch(new URL(pathOf(endpoint, params, query), options.url), {
      method: endpoint.method,
      headers: {
        ...(options.token && { authorization: `Bearer ${options.token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: encode(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, headers: response.headers, body: await readBody(response) };
  };
}

function encode(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body);
}

function pathOf(endpoint: Endpoint, params?: unknown, query?: unknown): string {
  const values = new Map(Object.entries(params ?? {}));
  const path = endpoint.path.replace(/:(\w+)/g, (_match, name: string) => encodeURIComponent(String(values.get(name))));
  const search = new URLSearchParams(Object.entries(query ?? {}).map(([name, value]) => [name, String(value)]));
  return search.size > 0 ? `${path}?${search}` : path;
}

async function readBody(response: Response): Promise<unknown> {
  const type = response.headers.get('content-type') ?? '';
  if (/\bjson\b/.test(type)) return response.json();
  await response.body?.cancel();
  return undefined;
}
