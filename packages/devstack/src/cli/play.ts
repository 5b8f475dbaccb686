import { startServers } from '../servers/start-servers.ts';
import { type Stack, startStack } from '../stack/start-stack.ts';
import { openEventLog } from '../story/event-log.ts';
import { type JourneyEnd, playJourney } from '../story/journey.ts';
import { createScreen, type Screen } from '../story/screen.ts';
import type { Program } from './program.ts';
import { takeRunFolder } from './run-folder.ts';

export type Play = { screen: Screen; stack: Stack; logDir: string; journey: () => Promise<JourneyEnd> };

/** Brings everything up for a program, and makes the journey ready to be played on it. */
export async function prepareDemo(program: Program, options: { gatewayPort: number }): Promise<Play> {
  const screen = createScreen(process.stdout);
  screen.title('Punctual: one journey through four services');
  const servers = await startServers({ log: (text) => screen.line(`  ${text}`), signal: program.signal });
  program.onEnd(servers.stop);

  const startedAt = performance.now();
  const folder = await takeRunFolder();
  const stack = await startStack({ ...folder, ...options, servers, signal: program.signal });
  program.onEnd(stack.stop);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  screen.line(`  gateway, scheduling, reminders and payouts are ready after ${seconds} s`);

  const events = await openEventLog({ natsUrl: servers.nats.url, onEvent: screen.event });
  program.onEnd(events.close);
  const { gateway } = stack.addresses.urls;
  const journey = () =>
    playJourney({ gateway, issueToken: stack.issuer.token, events, screen, signal: program.signal });
  return { screen, stack, logDir: folder.logDir, journey };
}
