import type { JWK } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Configuration, interactionPolicy, KoaContextWithOIDC } from 'oidc-provider';
import { InvalidTarget } from 'oidc-provider/lib/helpers/errors.js';
import { base, Check } from 'oidc-provider/lib/helpers/interaction_policy/index.js';
import { Provider } from 'oidc-provider/lib/provider.js';
import { createMemoryAdapter } from './memory-adapter.ts';
import { errorPage, signedOutPage, signOutPage } from './pages.ts';
import { type Person, people } from './people.ts';

export type ProviderOptions = {
  /** `iss` of its tokens: where it is addressed. */
  issuer: string;
  /** `aud` of its access tokens. */
  audience: string;
  /** A private key for ES256. */
  key: JWK;
  keySetPath: string;
  /** Whether an address belongs to the console, at this path. */
  isOfConsole(uri: string, path: string): boolean;
};

/** The provider, and who has signed in. */
export type OpenIdProvider = { provider: Provider; accounts: Accounts };

export type Accounts = { find(sub: string): Person | undefined; add(person: Person): void };

/** Below it is what belongs to a sign-in under way. */
export const signInPath = '/sign-in';
const scopes = 'openid profile offline_access';
const algorithm = 'ES256';
const mostAccounts = 100;
const [accessTokenSeconds, sessionSeconds] = [3_600, 12 * 3_600];

/** An OpenID Provider with one client, the console. Everybody's consent is taken as given. */
export function createProvider({ issuer, audience, key, keySetPath, isOfConsole }: ProviderOptions): OpenIdProvider {
  const accounts = createAccounts();
  const resource = `urn:punctual:${audience}`;
  const cookie = (name: string) => `issuer_${new URL(issuer).port}_${name}`;

  const configuration: Configuration = {
    adapter: createMemoryAdapter(),
    clients: [
      {
        client_id: 'console',
        client_secret: 'console',
        redirect_uris: ['http://127.0.0.1/callback'],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    clientDefaults: { id_token_signed_response_alg: algorithm },
    clientAuthMethods: ['client_secret_basic'],
    responseTypes: ['code'],
    enabledJWA: { idTokenSigningAlgValues: [algorithm] },
    allowOmittingSingleRegisteredRedirectUri: false,
    jwks: { keys: [key] },
    pkce: { required: () => true },
    scopes: scopes.split(' '),
    claims: { openid: ['sub', 'roles'], profile: ['name'] },
    routes: {
      authorization: '/oauth/authorize',
      token: '/oauth/token',
      end_session: '/oauth/end-session',
      jwks: keySetPath,
    },
    // Browsers keep cookies by the host alone, and several stacks may run on one.
    cookies: { names: { session: cookie('session'), interaction: cookie('sign_in'), resume: cookie('resume') } },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      userinfo: { enabled: false },
      resourceIndicators: {
        defaultResource: () => resource,
        getResourceServerInfo: (_context, indicator) => {
          if (indicator !== resource) throw new InvalidTarget();
          return { scope: '', audience, accessTokenFormat: 'jwt', jwt: { sign: { alg: algorithm } } };
        },
      },
      rpInitiatedLogout: {
        logoutSource: (context, form) => {
          context.body = signOutPage(form, context.oidc.entities.IdTokenHint !== undefined);
        },
        postLogoutSuccessSource: (context) => {
          context.body = signedOutPage();
        },
      },
    },
    interactions: { policy: signInPolicy(), url: (_context, { uid }) => `${signInPath}/${uid}` },
    findAccount: (_context, sub) => {
      const person = accounts.find(sub);
      if (!person) return undefined;
      return { accountId: sub, claims: () => ({ ...person }) };
    },
    extraTokenClaims: (_context, token) => {
      const sub = 'accountId' in token ? token.accountId : undefined;
      return { roles: accounts.find(sub ?? '')?.roles ?? [] };
    },
    loadExistingGrant,
    // Also for a client that does not ask for consent, as other issuers do.
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    // Pages of other origins have no business here; the console asks from its server.
    clientBasedCORS: () => false,
    renderError: (context, { error, error_description: detail = '' }) => {
      context.type = 'html';
      context.body = errorPage('That did not work', `${error}: ${detail}`);
    },
    ttl: {
      AccessToken: accessTokenSeconds,
      IdToken: accessTokenSeconds,
      Interaction: accessTokenSeconds,
      AuthorizationCode: 60,
      Grant: sessionSeconds,
      RefreshToken: sessionSeconds,
      Session: sessionSeconds,
    },
  };

  const provider = new Provider(issuer, configuration);
  // Its host and scheme are those of the issuer: see `asAddressedToIssuer`.
  provider.proxy = true;
  provider.Client.prototype.redirectUriAllowed = (uri) => isOfConsole(uri, '/callback');
  provider.Client.prototype.postLogoutRedirectUriAllowed = (uri) => isOfConsole(uri, '/');
  return { provider, accounts };

  async function loadExistingGrant({ oidc }: KoaContextWithOIDC) {
    const { session, client } = oidc;
    if (!session?.accountId || !client) return undefined;
    const known = session.grantIdFor(client.clientId);
    const grant =
      (known && (await provider.Grant.find(known))) ||
      new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope(scopes);
    await grant.save();
    return grant;
  }
}

/** Those who have signed in last, and the people who can always. */
function createAccounts(): Accounts {
  const added = new LRUCache<string, Person>({ max: mostAccounts });
  return {
    find: (sub) => added.get(sub) ?? people.find((person) => person.sub === sub),
    add: (person) => void added.set(person.sub, person),
  };
}

/** Asks for no consent, and asks people to sign in again who have signed in too long ago. */
function signInPolicy(): interactionPolicy.DefaultPolicy {
  const policy = base();
  policy.get('consent')?.checks.clear();
  const isForgotten = ({ oidc }: KoaContextWithOIDC) => oidc.session?.accountId !== undefined && !oidc.account;
  policy.get('login')?.checks.add(new Check('forgotten', 'the person is forgotten', 'login_required', isForgotten));
  return policy;
}
