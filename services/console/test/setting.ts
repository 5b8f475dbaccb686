import { randomUUID } from 'node:crypto';
import { type Service, startService } from '@punctual/chassis';
import { freePort } from '@punctual/devstack';
import { createJourney, type Journey, startTestStack, type TestEnvironment, type TestStack } from '@punctual/testkit';
import type { Browser, BrowserPage, View } from '@punctual/testkit/browser';
import { console as definition } from '../src/app.ts';

/** People of the provider, as its buttons name them. */
export type Who = 'Fay, finance' | 'Finn, finance' | 'Olga, ops' | 'Carla, customer';

/** A running console. */
export type Console = {
  url: string;
  /** Encrypts the cookies. */
  secret: string;
  /** Opens a page as a person who has to sign in first. */
  signIn(browser: Browser, who: Who, path: string, view?: View): Promise<BrowserPage>;
  stop(): Promise<void>;
};

export type Setting = Console & { world: TestStack; journey: Journey };

/**
 * The whole product, and the console in front of it.
 * @param name of the folder for logs, which no other file may have
 * @param settings of the console, beside those that it needs
 */
export async function startSetting(name: string, settings: Record<string, string> = {}): Promise<Setting> {
  const world = await startTestStack(name);
  const console = await startConsole(world.environment, {
    GATEWAY_URL: world.stack.service('gateway').url,
    SCHEDULING_DATABASE_URL: world.databases.scheduling,
    PAYOUTS_DATABASE_URL: world.databases.payouts,
    ...settings,
  });
  return {
    ...console,
    world,
    journey: await createJourney(world),
    stop: async () => {
      await console.stop();
      await world.stop();
    },
  };
}

/**
 * Starts a console on the servers of a test.
 * @param settings such as the gateway and the port
 */
export async function startConsole(
  { issuer, env, natsUrl }: TestEnvironment,
  settings: Readonly<Record<string, string>>,
): Promise<Console> {
  const { PORT = String(await freePort()), SESSION_SECRET: secret = randomUUID() } = settings;
  const url = `http://127.0.0.1:${PORT}`;
  const { AUTH_JWKS_URL, AUTH_ISSUER, AUTH_AUDIENCE, SHUTDOWN_DRAIN_MS } = env;
  const console: Service = await startService(definition, {
    ...{ AUTH_JWKS_URL, AUTH_ISSUER, AUTH_AUDIENCE, SHUTDOWN_DRAIN_MS },
    PUBLIC_URL: url,
    NATS_URL: natsUrl,
    NATS_USER: 'console',
    NATS_PASSWORD: 'console',
    OIDC_ISSUER: issuer.issuer,
    OIDC_CLIENT_ID: 'console',
    OIDC_CLIENT_SECRET: 'console',
    ...settings,
    ...{ PORT, SESSION_SECRET: secret },
  });
  return {
    url,
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
    stop: () => console.stop(),
  };
}
