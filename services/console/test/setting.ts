import { randomUUID } from 'node:crypto';
import { type Service, startService } from '@punctual/chassis';
import { freePort } from '@punctual/devstack';
import { createJourney, type Journey, startTestStack, type TestStack } from '@punctual/testkit';
import type { Browser, BrowserPage, View } from '@punctual/testkit/browser';
import { console as definition } from '../src/app.ts';

/** People of the provider, as its buttons name them. */
export type Who = 'Fay, finance' | 'Finn, finance' | 'Olga, ops' | 'Carla, customer';

export type Setting = {
  url: string;
  world: TestStack;
  journey: Journey;
  /** Encrypts the cookies. */
  secret: string;
  /** Opens a page as a person who has to sign in first. */
  signIn(browser: Browser, who: Who, path: string, view?: View): Promise<BrowserPage>;
  stop(): Promise<void>;
};

/**
 * The whole product, and the console in front of it.
 * @param settings of the console, beside those that it needs
 */
export async function startSetting(settings: Record<string, string> = {}): Promise<Setting> {
  const world = await startTestStack('console');
  const { issuer, env } = world.environment;
  const [port, secret] = [await freePort(), randomUUID()];
  const url = `http://127.0.0.1:${port}`;
  const { AUTH_JWKS_URL, AUTH_ISSUER, AUTH_AUDIENCE, SHUTDOWN_DRAIN_MS } = env;
  const console: Service = await startService(definition, {
    ...{ AUTH_JWKS_URL, AUTH_ISSUER, AUTH_AUDIENCE, SHUTDOWN_DRAIN_MS },
    PORT: String(port),
    PUBLIC_URL: url,
    GATEWAY_URL: world.stack.service('gateway').url,
    OIDC_ISSUER: issuer.issuer,
    OIDC_CLIENT_ID: 'console',
    OIDC_CLIENT_SECRET: 'console',
    SESSION_SECRET: secret,
    ...settings,
  });
  return {
    url,
    world,
    journey: await createJourney(world),
    secret,
    signIn: async (browser, who, path, view = { width: 1280, scheme: 'light' }) => {
      const opened = await browser.open(`${url}${path}`, view);
      await opened.page.getByRole('button', { name: who }).click();
      await opened.page.getByRole('button', { name: 'Sign out' }).waitFor();
      // The provider is another host, and is meant to be one.
      const own = opened.faults.filter((fault) => !fault.startsWith(`request to ${issuer.issuer}`));
      opened.faults.splice(0, opened.faults.length, ...own);
      return opened;
    },
    stop: async () => {
      await console.stop();
      await world.stop();
    },
  };
}
