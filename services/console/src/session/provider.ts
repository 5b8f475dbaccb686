import * as oidc from 'openid-client';
import { z } from 'zod';
import type { Config } from '../config.ts';

/** What the provider gives at a sign-in or a renewal. */
export const Tokens = z.object({ access: z.string(), refresh: z.string().optional() });
export type Tokens = z.infer<typeof Tokens>;

/** What has to be remembered between the way to the provider and the way back. */
export const Attempt = z.object({ state: z.string(), nonce: z.string(), verifier: z.string(), to: z.string() });
export type Attempt = z.infer<typeof Attempt>;

/** Who has signed in. */
export type SignedIn = { tokens: Tokens; name: string; idToken: string };

/** The OpenID provider, at which people sign in by the code flow with PKCE. */
export type Provider = {
  /** @param to the path that the person wants to see */
  begin(to: string): Promise<{ url: URL; attempt: Attempt }>;
  /**
   * Exchanges the code in the query for tokens.
   * @throws SignInRefused when the provider or its answer refuses
   */
  finish(query: string, attempt: Attempt): Promise<SignedIn>;
  /** @throws SignInRefused when the refresh token is no longer accepted */
  renew(refresh: string): Promise<Tokens>;
  /**
   * Where a person signs out; undefined when the provider has no such page.
   * @param idToken of the sign-in; without it the provider asks the person
   */
  end(idToken: string | undefined): Promise<URL | undefined>;
};

/** The provider does not sign this person in; trying again from the start may help. */
export class SignInRefused extends Error {}

type Settings = Pick<
  Config,
  'OIDC_ISSUER' | 'OIDC_INTERNAL_URL' | 'OIDC_CLIENT_ID' | 'OIDC_CLIENT_SECRET' | 'OIDC_SCOPE' | 'PUBLIC_URL'
>;

/** Reads the provider's discovery document when it is first needed, and again after a failure. */
export function createProvider(config: Settings): Provider {
  const callback = new URL('/callback', config.PUBLIC_URL);
  let discovered: Promise<oidc.Configuration> | undefined;
  const provider = () => {
    discovered ??= discover(config).catch((error: unknown) => {
      discovered = undefined;
      throw error;
    });
    return discovered;
  };

  return {
    begin: async (to) => {
      const verifier = oidc.randomPKCECodeVerifier();
      const attempt = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier, to };
      const url = oidc.buildAuthorizationUrl(await provider(), {
        redirect_uri: callback.href,
        scope: config.OIDC_SCOPE,
        state: attempt.state,
        nonce: attempt.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
      return { url, attempt };
    },
    finish: async (query, { state, nonce, verifier }) => {
      const current = new URL(query, callback);
      const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
      const answer = await oidc.authorizationCodeGrant(await provider(), current, checks).catch(refusal);
      const claims = answer.claims();
      const name = String(claims?.name ?? claims?.sub);
      return { tokens: tokensOf(answer), name, idToken: String(answer.id_token) };
    },
    renew: async (refresh) => {
      const answer = await oidc.refreshTokenGrant(await provider(), refresh).catch(refusal);
      return { refresh, ...tokensOf(answer) };
    },
    end: async (idToken) => {
      const configuration = await provider();
      if (configuration.serverMetadata().end_session_endpoint === undefined) return undefined;
      return oidc.buildEndSessionUrl(configuration, {
        post_logout_redirect_uri: `${config.PUBLIC_URL}/`,
        ...(idToken !== undefined && { id_token_hint: idToken }),
      });
    },
  };
}

function discover(settings: Settings): Promise<oidc.Configuration> {
  const { OIDC_ISSUER, OIDC_INTERNAL_URL, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET } = settings;
  const issuer = new URL(OIDC_ISSUER);
  const secret = oidc.ClientSecretBasic(OIDC_CLIENT_SECRET);
  // The address of the provider is the operator's choice; in development it has no TLS.
  const execute = issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : [];
  return oidc.discovery(issuer, OIDC_CLIENT_ID, undefined, secret, {
    execute,
    timeout: 5,
    ...(OIDC_INTERNAL_URL && { [oidc.customFetch]: fetchAt(issuer.origin, OIDC_INTERNAL_URL) }),
  });
}

/** Sends what is for one origin to another one. */
function fetchAt(announced: string, reached: string): oidc.CustomFetch {
  return (url, options) => {
    const { origin, pathname, search } = new URL(url);
    return fetch(origin === announced ? new URL(pathname + search, reached) : url, options as RequestInit);
  };
}

function tokensOf({ access_token, refresh_token }: oidc.TokenEndpointResponse): Tokens {
  return { access: access_token, ...(refresh_token !== undefined && { refresh: refresh_token }) };
}

/** Tells a refusal from a provider that cannot be reached, or that answers with something else. */
function refusal(error: unknown): never {
  const refused =
    error instanceof oidc.AuthorizationResponseError ||
    (error instanceof oidc.ResponseBodyError && error.status < 500) ||
    (error instanceof oidc.ClientError && !away.has(String(error.code)));
  if (refused) throw new SignInRefused(error.message, { cause: error });
  throw error;
}

const away = new Set(['OAUTH_TIMEOUT', 'OAUTH_ABORT', 'OAUTH_RESPONSE_IS_NOT_CONFORM', 'OAUTH_RESPONSE_IS_NOT_JSON']);
