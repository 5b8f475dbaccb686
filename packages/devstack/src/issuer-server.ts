import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readText } from './read-text.ts';
import type { TokenClaims } from './token-claims.ts';

/** How long a request may take to arrive. */
const requestTimeoutMs = 5_000;
const openIdPaths = /^\/(oauth\/|sign-in\/|\.well-known\/openid-configuration$)/;

export type IssuerServerOptions = {
  /** Where the keys are published. */
  keySetPath: string;
  keySet: object;
  token(claims: TokenClaims): Promise<string>;
  /** Answers requests of OpenID Connect. */
  openId(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** By which it is addressed, as `localhost:8090`. */
  hosts: ReadonlySet<string>;
};

type Answer = { status: number; body: object };

/**
 * Answers requests for keys, for tokens and of OpenID Connect. Every request is answered or its
 * connection closed; none ends the process. A request for another host gets a 421: a page whose name
 * was made to lead here (DNS rebinding) sends its own name.
 */
export function createIssuerServer(options: IssuerServerOptions): Server {
  const server = createServer(
    { requestTimeout: requestTimeoutMs, connectionsCheckingInterval: 1_000 },
    (request, response) => {
      request.on('error', () => undefined);
      response.on('error', () => undefined);
      if (!options.hosts.has(String(request.headers.host).toLowerCase()))
        return send(request, response, { status: 421, body: { error: 'not the host of this issuer' } });
      if (openIdPaths.test(request.url ?? ''))
        return void options.openId(request, response).catch((error) => failed(request, response, error));
      answerTo(options, request)
        // The client has left, or the claims are none that a token can hold.
        .catch(() => refuse('not the claims of a token, as JSON'))
        .then((answer) => send(request, response, answer));
    },
  );
  return server;
}

async function answerTo({ keySetPath, keySet, token }: IssuerServerOptions, request: IncomingMessage): Promise<Answer> {
  const { method, url, headers } = request;
  if (method === 'GET' && url === keySetPath) return { status: 200, body: keySet };
  if (method !== 'POST' || url !== '/token') return { status: 404, body: { error: 'not found' } };
  // A page in a browser cannot send JSON here without being asked (CORS).
  if (headers['content-type'] !== 'application/json') return refuse('the body must be application/json');
  const text = await readText(request);
  if (text === undefined) return { status: 413, body: { error: 'the body is too large' } };
  const claims = parseClaims(JSON.parse(text));
  if (!claims) return refuse('not the claims of a token, as JSON');
  return { status: 200, body: { token: await token(claims) } };
}

function refuse(error: string): Answer {
  return { status: 400, body: { error } };
}

/** The client has left, or the provider cannot be loaded. */
function failed(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.headersSent) response.destroy();
  else send(request, response, { status: 500, body: { error: String(error) } });
}

function parseClaims(json: unknown): TokenClaims | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  const { sub, roles, iss, aud, expiresIn } = json as Record<string, unknown>;
  const isRoles = Array.isArray(roles) && roles.every((role) => typeof role === 'string');
  if (!isRoles || ![sub, iss, aud].every(isTextOrAbsent)) return undefined;
  if (expiresIn !== undefined && !Number.isSafeInteger(expiresIn)) return undefined;
  return json as TokenClaims;
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function send(request: IncomingMessage, response: ServerResponse, { status, body }: Answer): void {
  if (response.destroyed) return;
  // The unread rest of a request could be taken for the next one.
  if (!request.complete) response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
