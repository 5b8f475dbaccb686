import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { createIssuerServer } from './issuer-server.ts';
import type { OpenId } from './open-id/open-id.ts';
import { freePort } from './servers/free-port.ts';
import type { TokenClaims } from './token-claims.ts';

const algorithm = 'ES256';
const keySetPath = '/.well-known/jwks.json';
const defaultLifetimeSeconds = 3600;

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
  /** Further names by which it is addressed, with ports: `issuer:8080`. */
  hosts?: readonly string[];
  /**
   * `PUBLIC_URL` of the console, to which it may send people back. Any port of 127.0.0.1 and
   * localhost needs none.
   */
  consoles?: readonly string[];
};

/**
 * A token issuer for development and tests, with a key made at the start and its public half at
 * `/.well-known/jwks.json`. Another process gets a token by `POST /token` with `TokenClaims` as
 * JSON. Any client that reaches it by one of its own names gets any token.
 *
 * It is also an OpenID Provider (`/.well-known/openid-configuration`), at which anyone signs in to
 * the console as anyone.
 */
export async function startIssuer(options: IssuerOptions = {}): Promise<Issuer> {
  const { audience = 'punctual', host = '127.0.0.1', port = await freePort(), consoles = [] } = options;
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const kid = randomUUID();
  const named = async (key: CryptoKey): Promise<JWK> => ({
    ...(await exportJWK(key)),
    kid,
    alg: algorithm,
    use: 'sig',
  });
  const keySet = { keys: [await named(publicKey)] };
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

  // Loaded for the first request: most issuers get none.
  let loaded: Promise<OpenId> | undefined;
  const loadOpenId = async () => {
    const { createOpenId } = await import('./open-id/open-id.ts');
    return createOpenId({ issuer, audience, key: await named(privateKey), keySetPath, consoles });
  };
  const openId: OpenId = async (request, response) => {
    loaded ??= loadOpenId();
    return (await loaded)(request, response);
  };

  const hosts = new Set([address, issuer, ...loopbackNames(port), ...(options.hosts ?? []).map(toUrl)].map(hostOf));
  const server = createIssuerServer({ keySetPath, keySet, token, openId, hosts });
  server.listen(port, host);
  await once(server, 'listening');

  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { issuer, audience, jwksUrl: `${address}${keySetPath}`, token, stop };
}

/** The machine's own names, in addition to that of the address that it listens on. */
function loopbackNames(port: number): string[] {
  return ['127.0.0.1', 'localhost', '[::1]'].map((name) => `http://${name}:${port}`);
}

function toUrl(host: string): string {
  return `http://${host}`;
}

/** As clients send it: without the port that the scheme implies. @throws TypeError for no URL */
function hostOf(url: string): string {
  return new URL(url).host;
}
