import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Role } from '@punctual/contracts';
import {
  type Client,
  contractFetch,
  createClient,
  type KnownAnswer,
  type Stack,
  type StackOptions,
  startStack,
  type TestEnvironment,
  testEnvironment,
} from '@punctual/devstack';

export type Person = Client & { readonly id: string };

/** A stack of the test file's own: every service as a process, on databases and a NATS server that nobody else uses. */
export type TestStack = {
  readonly stack: Stack;
  readonly environment: TestEnvironment;
  /** The one that every person here asks with: an answer that is not as the contract says is an error. */
  readonly fetch: typeof globalThis.fetch;
  /** Somebody, new unless an id is given, signed in at the gateway of an instance. */
  person(role: Role, options?: { id?: string; instance?: number }): Promise<Person>;
  /** Somebody without a token, or with one of their own making, at the gateway or at another door. */
  stranger(options?: { url?: string; token?: string | undefined }): Person;
  stop(): Promise<void>;
};

/** Starts one; the logs of its services are kept in `.punctual/e2e/<name>`. */
export async function startTestStack(
  name: string,
  options: Pick<StackOptions, 'instances' | 'environment'> & { onAnswer?: (answer: KnownAnswer) => void } = {},
): Promise<TestStack> {
  const fetch = contractFetch(options);
  const environment = await testEnvironment({ postgres: true, nats: true, mongo: true });
  const other = await testEnvironment({ postgres: true });
  const stopServers = () => Promise.all([environment.stop(), other.stop()]);
  try {
    const stack = await startStack({
      ...options,
      databases: { scheduling: environment.databaseUrl, payouts: other.databaseUrl },
      nats: environment.natsUrl,
      mongo: environment.mongoUrl,
      issuer: environment.issuer,
      logDir: fileURLToPath(new URL(`../.punctual/e2e/${name}`, import.meta.url)),
    });
    return {
      stack,
      environment,
      fetch,
      person: async (role, { id = randomUUID(), instance = 0 } = {}) => {
        const { url } = stack.service('gateway', instance);
        return { id, ...createClient({ url, fetch, token: await environment.token(role, id) }) };
      },
      stranger: ({ url = stack.addresses.urls.gateway, token } = {}) => ({
        id: randomUUID(),
        ...createClient({ url, fetch, ...(token && { token }) }),
      }),
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
