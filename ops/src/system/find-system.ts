import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { readConfig, StreamSettings } from '@punctual/chassis';
import { z } from 'zod';

/** Where the parts of the system are. Each throws an Error that says what is missing. */
export type System = {
  nats(): { servers: string[]; user?: string; pass?: string };
  gateway(): string;
  /** A bearer token of the role ops. */
  token(): Promise<string>;
  database(service: 'scheduling' | 'payouts'): string;
  /** The limits of the streams that a command declares. */
  readonly streams: StreamSettings;
};

type Environment = Readonly<Record<string, string | undefined>>;

const names = {
  nats: 'NATS_URL',
  gateway: 'PUNCTUAL_GATEWAY',
  token: 'PUNCTUAL_TOKEN',
  scheduling: 'SCHEDULING_DATABASE_URL',
  payouts: 'PAYOUTS_DATABASE_URL',
} as const;

/**
 * Uses the system that the environment names if it names any part of one, otherwise the stack that
 * runs in this checkout. Never parts of both: the dead letters of one system must not be redriven
 * in another.
 */
export async function findSystem(environment: Environment): Promise<System> {
  if (Object.values(names).some((name) => environment[name])) return fromEnvironment(environment);
  const path = environment.PUNCTUAL_STACK_FILE || defaultStackFile;
  const stack = await readStack(path);
  if (stack) return fromStack(stack, readConfig(StreamSettings, environment));
  throw new Error(
    `No stack is running here (${path}). Start one with npm start, or set ${names.nats} and others (ops/README.md).`,
  );
}

function fromEnvironment(environment: Environment): System {
  const need = (name: string) => {
    const value = environment[name];
    if (!value) throw new Error(`${name} is not set.`);
    return value;
  };
  const { NATS_USER: user, NATS_PASSWORD: pass = '' } = environment;
  return {
    nats: () => ({ servers: need(names.nats).split(','), ...(user && { user, pass }) }),
    gateway: () => need(names.gateway),
    token: async () => need(names.token),
    database: (service) => need(names[service]),
    streams: readConfig(StreamSettings, environment),
  };
}

/** Tokens of the stack's issuer are valid for an hour. */
const tokenMs = 30 * 60_000;

const Stack = z.object({
  gateway: z.string(),
  nats: z.string(),
  issuer: z.string(),
  postgres: z.object({ scheduling: z.string(), payouts: z.string() }).optional(),
});

function fromStack({ gateway, nats, issuer, postgres }: z.infer<typeof Stack>, streams: StreamSettings): System {
  let token: Promise<string> | undefined;
  let requestedAt = 0;
  const oneToken = () => {
    if (!token || Date.now() - requestedAt > tokenMs) {
      requestedAt = Date.now();
      token = requestToken(issuer);
    }
    return token;
  };
  return {
    nats: () => ({ servers: [nats] }),
    gateway: () => gateway,
    token: oneToken,
    database: (service) => {
      if (!postgres) throw new Error('The stack file names no databases.');
      return postgres[service];
    },
    streams,
  };
}

const defaultStackFile = fileURLToPath(new URL('../../../.punctual/stack.json', import.meta.url));

async function readStack(path: string): Promise<z.infer<typeof Stack> | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return Stack.parse(JSON.parse(text));
  } catch {
    throw new Error(`${path} is not a stack file of npm start.`);
  }
}

const Token = z.object({ token: z.string() });

async function requestToken(issuer: string): Promise<string> {
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ roles: ['ops'] }),
  }).catch(() => {
    throw new Error(`The stack's issuer does not answer at ${issuer}. Is the stack still running?`);
  });
  return Token.parse(await answer.json()).token;
}
