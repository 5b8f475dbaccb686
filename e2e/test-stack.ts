import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { type Client, createClient } from '@punctual/client';
import type { Role } from '@punctual/contracts';
import {
  contractFetch,
  type KnownAnswer,
  type Stack,
  type StackOptions,
  startStack,
  type TestEnvironment,
  testEnvironment,
} from '@punctual/devstack';
import { createSend, type Send } from './send.ts';

/** Somebody with the apps' client, and a way to send what it would not. */
export type Person = Client & { readonly id: string; readonly send: Send };

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

/** All persons of a test come from one address, and one customer has all the jobs; what the limits do is tested beside the services. */
const noLimits = { RATE_LIMIT_PER_USER: '100000', RATE_LIMIT_PER_ADDRESS: '100000', MAX_OPEN_JOBS: '100000' };

/** Starts one; the logs of its services are kept in `.punctual/e2e/<name>`. */
export async function startTestStack(
  name: string,
  options: Pick<StackOptions, 'instances' | 'spread' | 'environment'> & {
    onAnswer?: (answer: KnownAnswer) => void;
  } = {},
): Promise<TestStack> {
  const fetch = contractFetch(options);
  const environment = await testEnvironment({ postgres: true, nats: true, mongo: true });
  const other = await testEnvironment({ postgres: true });
  const stopServers = () => Promise.all([environment.stop(), other.stop()]);
  try {
    const stack = await startStack({
      ...options,
      environment: { ...noLimits, ...options.environment },
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
      person: async (role, { id = randomUUID(), instance = 0 } = {}) =>
        person({ id, url: stack.service('gateway', instance).url, token: await environment.token(role, id), fetch }),
      stranger: ({ url = stack.addresses.urls.gateway, token } = {}) => person({ id: randomUUID(), url, token, fetch }),
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

type PersonOptions = { id: string; url: string; token: string | undefined; fetch: typeof globalThis.fetch };

function person({ id, url, token, fetch }: PersonOptions): Person {
  // Not repeated: a test looks at the first answer.
  const client = createClient({ url, fetch, retries: 0, ...(token && { token: () => token }) });
  return { ...client, id, send: createSend({ url, token, fetch }) };
}
