import { type Client, createClient } from '@punctual/client';
import { createSend, type SendEndpoint } from './send.ts';

/** A response, read to its end. */
export type Reply<T = Record<string, unknown>> = { status: number; headers: Headers; text: string; body: T };

/** A signed-in person: the apps' client, and two ways to send what that client would not. */
export type TestUser = Client & {
  readonly id: string;
  /** Sends an endpoint of the contract, with input that may be invalid. */
  readonly send: SendEndpoint;
  /** Sends `METHOD /path`; a body goes as JSON. The response must be JSON. */
  request<T = Record<string, unknown>>(
    request: string,
    options?: { body?: unknown; headers?: Record<string, string> | undefined },
  ): Promise<Reply<T>>;
};

export type UserOptions = {
  id: string;
  /** Of the gateway, or of a service. */
  url: string;
  /** Left out: requests are anonymous. */
  token: string | undefined;
  fetch: typeof globalThis.fetch;
};

export function createUser({ id, url, token, fetch }: UserOptions): TestUser {
  // Tests assert the first response, so the client does not retry.
  const client = createClient({ url, fetch, retries: 0, ...(token && { token: () => token }) });
  const request: TestUser['request'] = async (line, { body, headers } = {}) => {
    const space = line.indexOf(' ');
    const [method, path] = [line.slice(0, space), line.slice(space + 1)];
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
  };
  return { ...client, id, send: createSend({ url, token, fetch }), request };
}
