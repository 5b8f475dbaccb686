import { randomBytes } from 'node:crypto';
import { type Authenticate, type Caller, HttpProblem } from '@punctual/chassis';
import type { Role, Uuid } from '@punctual/contracts';
import type { Request, Response } from 'express';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Config } from '../config.ts';
import { createCookie } from './cookies.ts';
import { type Provider, SignInRefused, Tokens } from './provider.ts';
import { createSeal } from './seal.ts';

/** Who is signed in. The roles are those of the access token, which the API goes by. */
export type Person = {
  readonly id: Uuid;
  readonly name: string;
  readonly roles: readonly Role[];
  /** The access token; never sent to a browser outside the encrypted cookie. */
  readonly token: string;
  /** What each form of this session carries. */
  readonly csrf: string;
};

/** The session of a person, kept in an encrypted cookie. */
export type Sessions = {
  begin(response: Response, tokens: Tokens, name: string): Promise<void>;
  /**
   * Reads who sends the request. A token that is about to expire is renewed, and the cookie with it.
   * @returns undefined without a session, and after its end
   */
  read(request: Request, response: Response): Promise<Person | undefined>;
  end(response: Response): void;
};

const Session = z.object({ tokens: Tokens, name: z.string(), csrf: z.string(), until: z.number() });
type Session = z.infer<typeof Session>;

/** A token with less time left is renewed, so that it lasts for the requests of a page. */
const leastMs = 15_000;
/** Requests that arrive together share a renewal: a provider may accept a refresh token only once. */
const renewals = { max: 1_000, ttl: 30_000 };

export function createSessions(config: Config, provider: Provider, authenticate: Authenticate): Sessions {
  const cookie = createCookie('session', config.PUBLIC_URL.startsWith('https:'));
  const seal = createSeal(config.SESSION_SECRET, 'session', Session);
  const renewed = new LRUCache<string, Tokens>({ ...renewals, fetchMethod: (refresh) => provider.renew(refresh) });

  const identify = (tokens: Tokens) => authenticate(`Bearer ${tokens.access}`).catch(unlessUnavailable);
  const keep = async (response: Response, session: Session) =>
    cookie.set(response, await seal.close(session, Math.max(1, Math.ceil(session.until - nowS()))));

  const current = async (session: Session, response: Response): Promise<[Session, Caller] | undefined> => {
    const caller = await identify(session.tokens);
    if (caller && caller.expiresAt * 1_000 - Date.now() > leastMs) return [session, caller];
    const refresh = session.tokens.refresh;
    if (refresh === undefined) return caller && [session, caller];
    const tokens = await renewed.fetch(refresh).catch(unlessRefused);
    const renewedCaller = tokens && (await identify(tokens));
    if (!renewedCaller) return undefined;
    const next = { ...session, tokens };
    await keep(response, next);
    return [next, renewedCaller];
  };

  return {
    begin: (response, tokens, name) => {
      const csrf = randomBytes(24).toString('base64url');
      return keep(response, { tokens, name, csrf, until: nowS() + config.SESSION_MINUTES * 60 });
    },
    read: async (request, response) => {
      const session = await seal.open(cookie.read(request));
      const found = session && (await current(session, response));
      if (!found) return undefined;
      const [{ name, csrf, tokens }, { id, roles }] = found;
      return { id, name, roles, token: tokens.access, csrf };
    },
    end: (response) => cookie.clear(response),
  };
}

const nowS = () => Date.now() / 1_000;

/** Takes a refused token for none. @throws anything else: the keys of the issuer are unavailable */
function unlessUnavailable(error: unknown): undefined {
  if (!(error instanceof HttpProblem && error.code === 'unauthenticated')) throw error;
}

function unlessRefused(error: unknown): undefined {
  if (!(error instanceof SignInRefused)) throw error;
}
