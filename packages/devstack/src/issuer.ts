import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { freePort } from './stack/ports.ts';

const algorithm = 'ES256';
const keySetPath = '/.well-known/jwks.json';
const defaultLifetimeSeconds = 3600;
const longestBodyBytes = 16 * 1024;

/** What a token says. Nothing is checked against the product's rules, so that tests can make bad tokens. */
export type TokenClaims = {
  /** The user's id; a new one when left out. */
  sub?: string;
  roles: readonly string[];
  iss?: string;
  aud?: string;
  /** Seconds; negative for a token that has expired. An hour when left out. */
  expiresIn?: number;
};

export type Issuer = {
  /** `iss` of its tokens. */
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
  token(claims: TokenClaims): Promise<string>;
  stop(): Promise<void>;
};

export type IssuerOptions = {
  audience?: string;
  /** Where it listens: on 127.0.0.1 and any free port, unless said otherwise. */
  host?: string;
  port?: number;
  /** `iss` of its tokens, where that is not the address that it listens on. */
  issuer?: string;
};

/**
 * A token issuer for development and tests, with a key made at the start and its public half at `/.well-known/jwks.json`.
 * Another process gets a token by `POST /token` with `TokenClaims` as JSON. Whoever reaches it gets any token.
 */
export async function startIssuer(options: IssuerOptions = {}): Promise<Issuer> {
  const { audience = 'punctual', host = '127.0.0.1', port = await freePort() } = options;
  const { privateKey, publicKey } = await generateKeyPair(algorithm);
  const kid = randomUUID();
  const keys: JWK[] = [{ ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' }];
  const address = `http://${host}:${port}`;
  const issuer = options.issuer ?? address;

  const token = ({ sub, roles, iss, aud, expiresIn }: TokenClaims) => {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ roles })
      .setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' })
      .setSubject(sub ?? randomUUID())
      .setIssuer(iss ?? issuer)
      .setAudience(aud ?? audience)
      .setIssuedAt(now)
      .setExpirationTime(now + (expiresIn ?? defaultLifetimeSeconds))
      .sign(privateKey);
  };

  const server = createServer(async (request, response) => {
    if (request.method === 'GET' && request.url === keySetPath) return answer(response, 200, { keys });
    if (request.method !== 'POST' || request.url !== '/token') return answer(response, 404, { error: 'not found' });
    const claims = await readClaims(request);
    if (claims) answer(response, 200, { token: await token(claims) });
    else answer(response, 400, { error: 'not the claims of a token, as JSON' });
  });
  server.listen(port, host);
  await once(server, 'listening');

  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { issuer, audience, jwksUrl: `${address}${keySetPath}`, token, stop };
}

/** JSON by its content type only, which a page in a browser cannot send here without being asked (CORS). */
async function readClaims(request: IncomingMessage): Promise<TokenClaims | undefined> {
  if (request.headers['content-type'] !== 'application/json') return undefined;
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk;
    if (body.length > longestBodyBytes) return undefined;
  }
  try {
    return parseClaims(JSON.parse(body));
  } catch {
    return undefined;
  }
}

function parseClaims(json: unknown): TokenClaims | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  const { sub, roles, iss, aud, expiresIn } = json as Record<string, unknown>;
  const isRoles = Array.isArray(roles) && roles.every((role) => typeof role === 'string');
  if (!isRoles || ![sub, iss, aud].every(isTextOrAbsent)) return undefined;
  if (expiresIn !== undefined && !Number.isInteger(expiresIn)) return undefined;
  return json as TokenClaims;
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
