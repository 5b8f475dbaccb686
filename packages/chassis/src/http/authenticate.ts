import { hash } from 'node:crypto';
import { Role, Uuid } from '@punctual/contracts';
import { errors, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { AuthConfig } from '../process/config.ts';
import type { Logger } from '../process/logger.ts';
import { HttpProblem } from './http-problem.ts';
import { issuerKeys } from './issuer-keys.ts';

/** Who calls, as the token says; a header of the client is never believed instead. */
export type Caller = {
  readonly id: Uuid;
  readonly roles: readonly Role[];
  /** Seconds since the epoch, with the leeway: until then the token is accepted. */
  readonly expiresAt: number;
};

/**
 * Turns the `Authorization` header into the caller.
 * @throws HttpProblem `unauthenticated` for no or a wrong token, `unavailable` when the keys cannot be had
 */
export type Authenticate = (authorization: string | undefined) => Promise<Caller>;

const algorithms = ['RS256', 'ES256', 'EdDSA'];
const knownRoles = new Set<string>(Role.options);
/** How many callers are remembered, and for how long: a key that the issuer withdraws is noticed by then. */
const remembered = { max: 10_000, ttl: 10 * 60_000, ttlResolution: 1_000 };
const Claims = z.object({ sub: Uuid, roles: z.array(z.string()), exp: z.number() });

/**
 * Checks tokens against the issuer's keys. A token that was good is not verified again until it expires (at most ten minutes);
 * a refused one is never remembered.
 */
export function createAuthenticate({ config, logger }: { config: AuthConfig; logger: Logger }): Authenticate {
  const keys = issuerKeys(config.AUTH_JWKS_URL, logger);
  const clockTolerance = config.AUTH_CLOCK_SKEW_S;
  const expected = {
    issuer: config.AUTH_ISSUER,
    audience: config.AUTH_AUDIENCE,
    algorithms,
    requiredClaims: ['exp'],
    clockTolerance,
  };
  // By the hash, since tokens are long, and nothing that is a credential should lie about.
  const callers = new LRUCache<string, Caller>(remembered);

  const verify = async (token: string): Promise<Caller> => {
    const payload = await verifyByAny(token, keys, expected).catch((error: unknown) => {
      throw explain(error);
    });
    const claims = Claims.safeParse(payload);
    if (!claims.success) throw unauthenticated('The token lacks a user id in "sub" or an array "roles".');
    const { sub, roles, exp } = claims.data;
    return {
      id: sub,
      roles: roles.filter((role): role is Role => knownRoles.has(role)),
      expiresAt: exp + clockTolerance,
    };
  };

  return async (authorization) => {
    const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '')?.[1];
    if (!token) throw unauthenticated('A bearer token is needed.');
    const tokenHash = hash('sha256', token, 'base64');
    const known = callers.get(tokenHash);
    if (known && known.expiresAt * 1000 > Date.now()) return known;
    const caller = await verify(token);
    callers.set(tokenHash, caller);
    return caller;
  };
}

/** Tries each key that fits: an issuer may give two keys one `kid`, or none, and a token may name none. */
async function verifyByAny(token: string, keys: JWTVerifyGetKey, expected: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, keys, expected)).payload;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return (await jwtVerify(token, key, expected)).payload;
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }
}

function explain(error: unknown): HttpProblem {
  if (error instanceof errors.JWTExpired) return unauthenticated('The token has expired.');
  if (error instanceof errors.JWTClaimValidationFailed)
    return unauthenticated(`The token's "${error.claim}" is not accepted here.`);
  const tokenIsWrong =
    error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout) && error.code !== errors.JOSEError.code;
  if (tokenIsWrong) return unauthenticated('The token cannot be verified.');
  return new HttpProblem(
    'unavailable',
    'The keys of the token issuer cannot be had. Try again.',
    {},
    { 'Retry-After': '1' },
  );
}

function unauthenticated(detail: string): HttpProblem {
  return new HttpProblem('unauthenticated', detail, {}, { 'WWW-Authenticate': 'Bearer error="invalid_token"' });
}
