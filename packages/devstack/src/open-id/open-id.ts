import type { IncomingMessage, ServerResponse } from 'node:http';
import { contentSecurityPolicy } from './pages.ts';
import { createProvider, type ProviderOptions, signInPath } from './provider.ts';
import { signIn } from './sign-in.ts';

export type OpenIdOptions = Omit<ProviderOptions, 'isOfConsole'> & {
  /** Addresses of the console other than this machine's. */
  consoles: readonly string[];
};

export type OpenId = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** The names of this machine, on which the console may have any port (RFC 8252, section 7.3). */
const loopbackNames = ['127.0.0.1', 'localhost'];

/** Answers requests below `/oauth/` and `/sign-in/`, and for the discovery document. */
export function createOpenId({ consoles, ...options }: OpenIdOptions): OpenId {
  const origins = new Set(consoles.map((url) => new URL(url).origin));
  const isOfConsole = (uri: string, path: string) => {
    const url = URL.parse(uri);
    if (!url || uri !== `${url.origin}${path}`) return false;
    return origins.has(url.origin) || (url.protocol === 'http:' && loopbackNames.includes(url.hostname));
  };
  const { provider, accounts } = createProvider({ ...options, isOfConsole });
  const callback = provider.callback();
  const policy = contentSecurityPolicy([...loopbackNames.map((name) => `http://${name}:*`), ...origins]);

  return async (request, response) => {
    response.setHeader('content-security-policy', policy);
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('referrer-policy', 'no-referrer');
    response.setHeader('cache-control', 'no-store');
    asAddressedToIssuer(request, options.issuer);
    if (request.url?.startsWith(`${signInPath}/`)) await signIn(request, response, { provider, accounts });
    else await callback(request, response);
  };
}

/**
 * The provider makes its addresses from what a request was addressed to. They are those of the
 * issuer, by whichever of its names it was reached.
 */
function asAddressedToIssuer({ headers }: IncomingMessage, issuer: string): void {
  const { host, protocol } = new URL(issuer);
  headers.host = host;
  headers['x-forwarded-proto'] = protocol.slice(0, -1);
  delete headers['x-forwarded-host'];
  delete headers['x-forwarded-for'];
}
