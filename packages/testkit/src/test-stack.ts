import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Role } from '@punctual/contracts';
import { type Stack, type StackOptions, startStack } from '@punctual/devstack';
import type { KnownAnswer } from './contract.ts';
import { contractFetch } from './contract-fetch.ts';
import { type TestEnvironment, testEnvironment } from './test-environment.ts';
import { createUser, type TestUser } from './user.ts';

/** Every service as a process, on databases and a NATS server that no other test file uses. */
export type TestStack = {
  readonly stack: Stack;
  readonly environment: TestEnvironment;
  readonly databases: { readonly scheduling: string; readonly payouts: string };
  /** Holds `<service>.log` of each service. */
  readonly logDir: string;
  /** Rejects responses that the contract does not describe; every user here sends with it. */
  readonly fetch: typeof globalThis.fetch;
  /** A person signed in at the gateway of an instance; a new person unless an id is given. */
  user(role: Role, options?: { id?: string; instance?: number }): Promise<TestUser>;
  /** A person without a token or with a given one, at the gateway or at another URL. */
  stranger(options?: { url?: string; token?: string | undefined }): TestUser;
  stop(): Promise<void>;
};

/** All users share an address, and one customer owns all jobs. Services test their limits. */
const noLimits = { RATE_LIMIT_PER_USER: '100000', RATE_LIMIT_PER_ADDRESS: '100000', MAX_OPEN_JOBS: '100000' };

export type TestStackOptions = Pick<
  StackOptions,
  'instances' | 'spread' | 'console' | 'environment' | 'watchStreams' | 'folder'
> & {
  /** A NATS cluster, with a replica of each stream on each server. */
  natsServers?: 3;
  onAnswer?: (answer: KnownAnswer) => void;
};

/** @param name of the folder `.punctual/tests/<name>` for logs */
export async function startTestStack(name: string, options: TestStackOptions = {}): Promise<TestStack> {
  const fetch = contractFetch(options);
  const servers = options.natsServers;
  const environment = await testEnvironment({ postgres: true, nats: servers ? { servers } : true, mongo: true });
  const other = await testEnvironment({ postgres: true });
  const databases = { scheduling: environment.databaseUrl, payouts: other.databaseUrl };
  const logDir = fileURLToPath(new URL(`../../../.punctual/tests/${name}`, import.meta.url));
  const stopServers = () => Promise.all([environment.stop(), other.stop()]);
  try {
    const stack = await startStack({
      ...options,
      environment: {
        ...noLimits,
        ...(servers && { STREAM_REPLICAS: String(servers) }),
        ...options.environment,
      },
      databases,
      nats: environment.natsUrl,
      mongo: environment.mongoUrl,
      issuer: environment.issuer,
      logDir,
    });
    return {
      stack,
      environment,
      databases,
      logDir,
      fetch,
      user: async (role, { id = randomUUID(), instance = 0 } = {}) =>
        createUser({
          id,
          url: stack.service('gateway', instance).url,
          token: await environment.token(role, id),
          fetch,
        }),
      stranger: ({ url = stack.addresses.urls.gateway, token } = {}) =>
        createUser({ id: randomUUID(), url, token, fetch }),
      stop: async () => {
        await stack.stop();
        await stopServers();
      },
    };
  } catch (error) {
    await stopServers();
    throw error;
  }
}
