import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { createIssuerServer } from './issuer-server.ts';
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
};

/**
 * A token issuer for development and tests, with a key made at the start and its public half at
 * `/.well-known/jwks.json`. Another process gets a token by `POST /token` with `TokenClaims` as
 * JSON. Any client that reaches it by one of its own names gets any token.
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

  const hosts = new Set([address, issuer, ...loopbackNames(port), ...(options.hosts ?? []).map(toUrl)].map(hostOf));
  const server = createIssuerServer({ keySetPath, keySet: { keys }, token, hosts });
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
