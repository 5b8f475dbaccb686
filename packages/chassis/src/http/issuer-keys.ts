import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type FetchImplementation,
  type JWTVerifyGetKey,
} from 'jose';
import { logOutage, type Outage } from '../process/log-outage.ts';
import type { Logger } from '../process/logger.ts';
import { usableKeys } from './usable-keys.ts';

const unknownKeyPauseMs = 60_000;
const refreshAfterMs = 10 * 60_000;
const refreshPauseMs = 60_000;
const failurePauseMs = 1_000;

/**
 * The issuer's public keys by the `kid` of a token. They are fetched when first needed, refreshed in the background while they
 * are used, and fetched at once for an unknown `kid`, at most once a minute. While the issuer is away the keys that it gave
 * last stay good, and it is asked at most once a second, however many tokens arrive.
 */
export function issuerKeys(url: string, logger: Logger): JWTVerifyGetKey {
  const { origin, pathname } = new URL(url);
  const outage = logOutage(logger, {
    away: 'the token issuer is away',
    back: 'the token issuer is back',
    fields: { server: `${origin}${pathname}` },
  });
  const keys = createRemoteJWKSet(new URL(url), {
    cooldownDuration: unknownKeyPauseMs,
    // Old keys are refreshed below, so that nobody has to wait for it, or to go without when the issuer is away.
    cacheMaxAge: Number.POSITIVE_INFINITY,
    timeoutDuration: 2_000,
    [customFetch]: pauseAfterFailure(fetchUsable, outage),
  });
  let refreshAt = 0;

  const refresh = () => {
    refreshAt = Date.now() + refreshPauseMs;
    keys.reload().then(
      () => {
        refreshAt = Date.now() + refreshAfterMs;
      },
      // The next try tells whoever needs a key that is not there.
      () => undefined,
    );
  };

  /** A key that the issuer gave no name may fit any token. */
  const nameless: JWTVerifyGetKey = ({ kid: _, ...header }, token) => {
    const given = keys.jwks()?.keys ?? [];
    return createLocalJWKSet({ keys: given.filter(({ kid }) => kid === undefined) })(header, token);
  };

  return async (header, token) => {
    if (Date.now() >= refreshAt) refresh();
    return keys(header, token).catch((error: unknown) => {
      if (error instanceof errors.JWKSNoMatchingKey) return nameless(header, token);
      throw error;
    });
  };
}

const fetchUsable: FetchImplementation = async (...request) => {
  const response = await fetch(...request);
  return response.ok ? Response.json(await usableKeys(await response.json())) : response;
};

function pauseAfterFailure(fetchKeys: FetchImplementation, outage: Outage): FetchImplementation {
  let pausedUntil = 0;
  return async (...request) => {
    if (Date.now() < pausedUntil) throw new Error('The issuer gave no keys a moment ago.');
    const response = await fetchKeys(...request).catch((error: unknown) => {
      pausedUntil = Date.now() + failurePauseMs;
      outage.away(error);
      throw error;
    });
    if (response.ok) outage.back();
    else {
      pausedUntil = Date.now() + failurePauseMs;
      outage.away(new Error(`The issuer answers ${response.status}.`));
    }
    return response;
  };
}
