import type { TokenClaims } from '../token-claims.ts';

/**
 * Asks the issuer of a running stack for a token.
 * @throws Error with what the issuer answered instead
 */
export async function requestToken(issuer: string, claims: TokenClaims): Promise<string> {
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(claims),
  });
  const body: unknown = await answer.json();
  if (typeof body === 'object' && body !== null && 'token' in body && typeof body.token === 'string') return body.token;
  throw new Error(`The issuer returned ${answer.status} ${JSON.stringify(body)}.`);
}
