import { hash } from 'node:crypto';
import { Role, Uuid } from '@punctual/contracts';
import { errors, type JWTVerifyGetKey, type JWTVerifyOptions, type JWTVerifyResult, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { AuthConfig } from '../process/config.ts';
import type { Lifecycle } from '../process/lifecycle.ts';
import type { Logger } from '../process/logger.ts';
import { HttpProblem } from './http-problem.ts';
import { issuerKeys, type KeySet } from './issuer-keys.ts';

/** The caller, from the token; no header of the client is trusted instead. */
export type Caller = {
  readonly id: Uuid;
  readonly roles: readonly Role[];
  /** Seconds since the epoch, with the leeway: until then the token is accepted. */
  readonly expiresAt: number;
};

/**
 * Turns the `Authorization` header into the caller.
 * @throws HttpProblem `unauthenticated` for no or a wrong token, `unavailable` without the
 * issuer's keys
 */
export type Authenticate = (authorization: string | undefined) => Promise<Caller>;

export type AuthenticateDeps = { config: AuthConfig; logger: Logger; lifecycle: Pick<Lifecycle, 'signal'> };

const algorithms = ['RS256', 'ES256', 'EdDSA'];
const knownRoles = new Set<string>(Role.options);
/**
 * What an access token may call itself (RFC 7519, RFC 9068): a key may sign other things as well,
 * such as proofs and logouts.
 */
const accessToken = /^(application\/)?(jwt|at\+jwt)$/i;
/** How many callers are remembered, and for how long. */
const remembered = { max: 10_000, ttl: 10 * 60_000, ttlResolution: 1_000 };
const Claims = z.object({ sub: Uuid, roles: z.array(z.string()), exp: z.number() });

/**
 * Checks tokens against the issuer's keys. A token that was good is not verified again until it
 * expires, the issuer's keys change or ten minutes have passed; a refused one is never remembered.
 */
export function createAuthenticate({ config, logger, lifecycle: { signal } }: AuthenticateDeps): Authenticate {
  const keys = issuerKeys({ url: config.AUTH_JWKS_URL, maxAgeMs: config.AUTH_JWKS_MAX_AGE_S * 1_000, logger, signal });
  const clockTolerance = config.AUTH_CLOCK_SKEW_S;
  const expected = {
    issuer: config.AUTH_ISSUER,
    audience: config.AUTH_AUDIENCE,
    algorithms,
    requiredClaims: ['exp'],
    clockTolerance,
  };
  // By the hash, since tokens are long, and nothing that is a credential should lie about.
  const callers = new LRUCache<string, { caller: Caller; keySet: KeySet }>(remembered);

  const verify = async (token: string): Promise<Caller> => {
    const { payload, protectedHeader } = await verifyByAny(token, keys.find, expected);
    const typ: unknown = protectedHeader.typ;
    if (typ !== undefined && !(typeof typ === 'string' && accessToken.test(typ)))
      throw unauthenticated('The token\'s "typ" is not accepted here.');
    const claims = Claims.safeParse(payload);
    if (!claims.success) throw unauthenticated('The token lacks a user id in "sub" or an array "roles".');
    const { sub, roles, exp } = claims.data;
    return {
      id: sub,
      roles: roles.filter((role): role is Role => knownRoles.has(role)),
      expiresAt: exp + clockTolerance,
    };
  };

  const identify = async (token: string): Promise<Caller> => {
    const keySet = await keys.current();
    const tokenHash = hash('sha256', token, 'base64');
    const known = callers.get(tokenHash);
    if (known?.keySet === keySet && known.caller.expiresAt * 1000 > Date.now()) return known.caller;
    const caller = await verify(token);
    // When the keys have changed meanwhile, the next request verifies it again.
    callers.set(tokenHash, { caller, keySet });
    return caller;
  };

  return async (authorization) => {
    const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '')?.[1];
    if (!token) throw unauthenticated('A bearer token is required.');
    return identify(token).catch((error: unknown) => {
      throw explain(error);
    });
  };
}

/**
 * Tries each matching key: two keys may share a `kid` or have none, and a token may name none.
 */
async function verifyByAny(token: string, keys: JWTVerifyGetKey, expected: JWTVerifyOptions): Promise<JWTVerifyResult> {
  try {
    return await jwtVerify(token, keys, expected);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return await jwtVerify(token, key, expected);
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

function explain(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof errors.JWTExpired) return unauthenticated('The token has expired.');
  if (error instanceof errors.JWTClaimValidationFailed)
    return unauthenticated(`The token's "${error.claim}" is not accepted here.`);
  if (error instanceof errors.JOSEError) return unauthenticated('The token cannot be verified.');
  return new HttpProblem(
    'unavailable',
    'The keys of the token issuer are unavailable. Try again.',
    {},
    { 'Retry-After': '1' },
  );
}

function unauthenticated(detail: string): HttpProblem {
  return new HttpProblem('unauthenticated', detail, {}, { 'WWW-Authenticate': 'Bearer error="invalid_token"' });
}
