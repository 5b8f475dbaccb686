import { createDatabase } from '../create-database.ts';
import { startIssuer } from '../issuer.ts';
import { type Observability, startObservability } from '../observe/start-observability.ts';
import { startSandboxClock } from '../sandbox/sandbox-clock.ts';
import { type Servers, startServers } from '../servers/start-servers.ts';
import { type Stack, startStack } from '../stack/start-stack.ts';
import { openEventLog } from '../story/event-log.ts';
import { type JourneyEnd, playJourney } from '../story/journey.ts';
import type { IssueToken } from '../story/people.ts';
import { createScreen, type Screen } from '../story/screen.ts';
import type { Program } from './program.ts';
import { takeRunFolder } from './run-folder.ts';

export type Play = {
  screen: Screen;
  stack: Stack;
  logDir: string;
  issueToken: IssueToken;
  /** Undefined unless it was asked for. */
  observability: Observability | undefined;
  journey: () => Promise<JourneyEnd>;
};

export type PlayOptions = {
  gatewayPort: number;
  instances?: number;
  /** With the console. */
  console?: boolean;
  /** With the sandbox clock. */
  clock?: boolean;
  /** With Prometheus, a trace store and pages. */
  observe?: boolean;
};

/** Brings everything up for a program, and makes the journey ready to be played on it. */
export async function preparePlay(
  program: Program,
  { clock = false, observe = false, ...options }: PlayOptions,
): Promise<Play> {
  const { signal } = program;
  const screen = createScreen(process.stdout);
  screen.title('Punctual: one journey through four services');
  const log = (text: string) => screen.line(`  ${text}`);
  const servers = await startServers({ log, signal });
  program.onEnd(servers.stop);
  const observability = observe ? await startObservability({ log, env: process.env, signal }) : undefined;
  if (observability) program.onEnd(observability.stop);
  const issuer = await startIssuer();
  program.onEnd(issuer.stop);

  const sandbox = clock ? await startSandboxClock() : undefined;
  if (sandbox) program.onEnd(sandbox.stop);

  const startedAt = performance.now();
  const addresses = await openDatabases(servers);
  await sandbox?.follow(addresses);
  const folder = await takeRunFolder();
  const stack = await startStack({
    ...folder,
    ...options,
    watchStreams: true,
    ...addresses,
    environment: { ...observability?.environment, ...sandbox?.environment },
    issuer,
    signal,
  });
  program.onEnd(stack.stop);
  await observability?.follow(stack, { watchesStreams: true });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  const names = `gateway, scheduling, reminders${options.console ? ', payouts and console' : ' and payouts'}`;
  screen.line(`  ${names}: ready after ${seconds} s`);

  const events = await openEventLog({ natsUrl: servers.nats.url, onEvent: screen.event });
  program.onEnd(events.close);
  const { gateway } = stack.addresses.urls;
  const journey = () => playJourney({ gateway, issueToken: issuer.token, events, screen, signal });
  return { screen, stack, logDir: folder.logDir, issueToken: issuer.token, observability, journey };
}

async function openDatabases({ postgres, nats, mongo }: Servers) {
  const reminders = new URL(mongo.url);
  reminders.pathname = '/reminders';
  return {
    databases: {
      scheduling: await openDatabase(postgres.url, 'scheduling'),
      payouts: await openDatabase(postgres.url, 'payouts'),
    },
    nats: nats.url,
    mongo: reminders.href,
  };
}

const duplicateDatabase = '42P04';

/** A server that the environment names may have it from an earlier start. */
async function openDatabase(server: string, name: string): Promise<string> {
  return createDatabase(server, name).catch((error) => {
    if (error.code !== duplicateDatabase) throw error;
    return Object.assign(new URL(server), { pathname: `/${name}` }).href;
  });
}
