import { Role, Uuid } from '@punctual/contracts';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import { z } from 'zod';
import type { AuthConfig } from '../process/config.ts';
import { HttpProblem } from './http-problem.ts';

/** Who calls, as the token says; a header of the client is never believed instead. */
export type Caller = {
  id: Uuid;
  roles: readonly Role[];
  /** Seconds since the epoch. */
  expiresAt: number;
};

/**
 * Turns the `Authorization` header into the caller.
 * @throws HttpProblem `unauthenticated` for no or a wrong token, `unavailable` when the keys cannot be had
 */
export type Authenticate = (authorization: string | undefined) => Promise<Caller>;

const algorithms = ['RS256', 'ES256', 'EdDSA'];
const knownRoles = new Set<string>(Role.options);
const Claims = z.object({ sub: Uuid, roles: z.array(z.string()), exp: z.number() });

/** Checks tokens against the issuer's keys, which are fetched when first needed and again, at most once a minute, for an unknown key. */
export function createAuthenticate(config: AuthConfig): Authenticate {
  const keys = createRemoteJWKSet(new URL(config.AUTH_JWKS_URL), { cooldownDuration: 60_000, timeoutDuration: 2_000 });
  const expected = { issuer: config.AUTH_ISSUER, audience: config.AUTH_AUDIENCE, algorithms, requiredClaims: ['exp'] };

  return async (authorization) => {
    const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? '')?.[1];
    if (!token) throw unauthenticated('A bearer token is needed.');
    const { payload } = await jwtVerify(token, keys, expected).catch((error: unknown) => {
      throw explain(error);
    });
    const claims = Claims.safeParse(payload);
    if (!claims.success) throw unauthenticated('The token lacks a user id in "sub" or an array "roles".');
    const { sub, roles, exp } = claims.data;
    return { id: sub.toLowerCase(), roles: roles.filter((role): role is Role => knownRoles.has(role)), expiresAt: exp };
  };
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
