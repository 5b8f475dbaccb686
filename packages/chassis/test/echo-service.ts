import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Endpoint } from '@punctual/contracts';
import { startIssuer } from '@punctual/devstack';
import { z } from 'zod';
import { AuthConfig, createAuthenticate, createHttpApp, HttpConfig, handle, startService } from '../src/index.ts';

const echo = {
  name: 'echo',
  method: 'POST',
  path: '/echo',
  owner: 'scheduling',
  summary: 'Answers what it was sent',
  description: 'For this test.',
  tag: 'Jobs',
  roles: 'signed-in',
  access: 'token',
  query: z.object({ q: z.string().optional() }),
  body: z.strictObject({ text: z.string().optional(), deep: z.unknown().optional() }),
  bodyOptional: true,
  success: { status: 200, description: 'The same' },
  problems: [],
} satisfies Endpoint;

export type EchoReply = { status: number; json: unknown };
export type EchoService = Awaited<ReturnType<typeof startEcho>>;

/**
 * A service that answers the query and body that its handler got, and a way to send it any bytes.
 */
export async function startEcho(environment: Record<string, string> = {}) {
  const issuer = await startIssuer();
  const service = await startService(
    {
      name: 'echo',
      config: z.object({ ...HttpConfig.shape, ...AuthConfig.shape }),
      createApp: async ({ config, logger, lifecycle }) =>
        createHttpApp({
          logger,
          lifecycle,
          authenticate: createAuthenticate({ config, logger, lifecycle }),
          checks: [],
          routes: [handle(echo, async ({ query, body }) => ({ body: { query, body: body ?? null } }))],
        }),
    },
    {
      LOG_LEVEL: 'silent',
      AUTH_JWKS_URL: issuer.jwksUrl,
      AUTH_ISSUER: issuer.issuer,
      AUTH_AUDIENCE: issuer.audience,
      ...environment,
    },
  );
  const authorization = `Bearer ${await issuer.token({ roles: ['customer'] })}`;
  return {
    url: service.url,
    authorization,
    /** Whatever the service writes until it closes the connection. */
    exchange: async (bytes: string | Buffer) => {
      const { hostname, port } = new URL(service.url);
      const socket = connect({ host: hostname, port: Number(port) });
      socket.write(bytes);
      return readReply(await text(socket));
    },
    post: async (options: {
      body?: string | Uint8Array<ArrayBuffer> | ReadableStream;
      headers?: Record<string, string>;
      query?: string;
    }) => {
      const { body, headers, query = '' } = options;
      const response = await fetch(`${service.url}/echo${query}`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json', ...headers },
        ...(body !== undefined && { body, duplex: 'half' }),
      });
      return { status: response.status, json: await response.json() } as EchoReply;
    },
    stop: async () => {
      await service.stop();
      await issuer.stop();
    },
  };
}

function readReply(message: string): EchoReply & { type: string | undefined } {
  const [head = '', body = ''] = message.split('\r\n\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
  return {
    status,
    type: /^content-type: ([^;\r]*)/im.exec(head)?.[1],
    json: body === '' ? undefined : JSON.parse(body),
  };
}
