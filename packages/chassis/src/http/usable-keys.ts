import { importJWK, type JWK } from 'jose';
import { z } from 'zod';

const KeySet = z.looseObject({ keys: z.array(z.unknown()) });
/** What we verify with, by the type of key. */
const algorithmOf = new Map([
  ['RSA', 'RS256'],
  ['EC', 'ES256'],
  ['OKP', 'EdDSA'],
]);
const minRsaBits = 2048;

/**
 * Keeps the public keys of a JSON Web Key Set that can verify a token: one that cannot be imported,
 * is too short or holds a secret must not stand in the way of the others.
 * @throws ZodError when it is no set at all
 */
export async function usableKeys(json: unknown): Promise<{ keys: JWK[] }> {
  const { keys } = KeySet.parse(json);
  const checked = await Promise.all(keys.map(async (key) => ((await isUsable(key as JWK)) ? [key as JWK] : [])));
  return { keys: checked.flat() };
}

async function isUsable(jwk: JWK): Promise<boolean> {
  try {
    const key = await importJWK(jwk, algorithmOf.get(String(jwk.kty)) ?? 'none');
    if (!(key instanceof CryptoKey) || key.type !== 'public') return false;
    return !('modulusLength' in key.algorithm) || Number(key.algorithm.modulusLength) >= minRsaBits;
  } catch {
    return false;
  }
}
