import type { BatchObservableCallback } from '@opentelemetry/api';
import { createLocalJWKSet, errors, type JWK, type JWTVerifyGetKey } from 'jose';
import { logOutage } from '../process/log-outage.ts';
import type { Logger } from '../process/logger.ts';
import { observed, observeTogether } from '../telemetry/instruments.ts';
import { usableKeys } from './usable-keys.ts';

/** The keys of one answer of the issuer. A later answer with the same keys is the same object. */
export type KeySet = {
  /** By the `kid` of the token. */
  readonly find: JWTVerifyGetKey;
  /** Among the keys to which the issuer gave no name: they may fit any token. */
  readonly findNameless: JWTVerifyGetKey;
};

export type IssuerKeys = {
  /**
   * The set that counts now, asked for less than `maxAgeMs` ago.
   * @throws when the issuer does not answer and the last set is older than that
   */
  current(): Promise<KeySet>;
  /**
   * The key for a token, from the current set. Fetches again for an unknown `kid`, at most once a
   * minute.
   * @throws a JOSEError when no key fits, any other error when the issuer does not answer
   */
  readonly find: JWTVerifyGetKey;
};

export type IssuerKeysDeps = { url: string; maxAgeMs: number; logger: Logger; signal: AbortSignal };

const unknownKeyPauseMs = 60_000;
const failurePauseMs = 1_000;
const timeoutMs = 2_000;

/**
 * The issuer's public keys. They are fetched when first needed, and in the background once they
 * have reached half of `maxAgeMs`, so that callers rarely wait. Older keys are not used: the issuer
 * may have withdrawn one. An issuer that is away is asked at most once a second, however many
 * tokens arrive.
 */
export function issuerKeys({ url, maxAgeMs, logger, signal }: IssuerKeysDeps): IssuerKeys {
  const { origin, pathname } = new URL(url);
  const outage = logOutage(logger, {
    away: 'Token issuer is unavailable',
    back: 'Token issuer is available again',
    fields: { server: `${origin}${pathname}` },
  });
  let set: (KeySet & { readonly text: string }) | undefined;
  let askedAt = 0;
  let fetching: Promise<KeySet> | undefined;
  let pausedUntil = 0;
  const age = observed('punctual.jwks.age');
  const observeAge: BatchObservableCallback = (result) => {
    if (set) result.observe(age, Math.max(0, Date.now() - askedAt) / 1_000);
  };
  observeTogether([age], observeAge, signal);

  const fetchOnce = async (): Promise<KeySet> => {
    if (Date.now() < pausedUntil) throw new Error('The issuer gave no keys a moment ago.');
    // The age counts from the question: a key may be withdrawn while the answer is on its way.
    const asking = Date.now();
    try {
      const text = await fetchUsable(url);
      if (set?.text !== text) set = { text, ...keySet(text) };
      askedAt = asking;
    } catch (error) {
      pausedUntil = Date.now() + failurePauseMs;
      outage.away(error);
      throw error;
    }
    outage.back();
    return set;
  };
  const renew = () => {
    fetching ??= fetchOnce().finally(() => {
      fetching = undefined;
    });
    return fetching;
  };

  const current = async (): Promise<KeySet> => {
    const age = Date.now() - askedAt;
    // Below zero the clock was set back, and the age is unknown.
    if (!set || age < 0 || age >= maxAgeMs) return renew();
    if (age >= maxAgeMs / 2) renew().catch(() => undefined);
    return set;
  };

  const find: JWTVerifyGetKey = async (header, token) => {
    let found = await current();
    const tryAll = async () => found.find(header, token);
    const tryNewer = async (error: unknown) => {
      if (!isUnknown(error) || Date.now() - askedAt < unknownKeyPauseMs) throw error;
      found = await renew();
      return tryAll();
    };
    return tryAll()
      .catch(tryNewer)
      .catch((error: unknown) => {
        if (!isUnknown(error)) throw error;
        return found.findNameless(header, token);
      });
  };
  return { current, find };
}

function keySet(text: string): KeySet {
  const { keys }: { keys: JWK[] } = JSON.parse(text);
  const nameless = createLocalJWKSet({ keys: keys.filter(({ kid }) => kid === undefined) });
  return {
    find: createLocalJWKSet({ keys }),
    findNameless: ({ kid: _, ...header }, token) => nameless(header, token),
  };
}

const isUnknown = (error: unknown) => error instanceof errors.JWKSNoMatchingKey;

/** @throws when the issuer does not answer, or not with a set of keys */
async function fetchUsable(url: string): Promise<string> {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json', 'cache-control': 'no-cache' },
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`The issuer answers ${response.status}.`);
  }
  return JSON.stringify(await usableKeys(await response.json()));
}
