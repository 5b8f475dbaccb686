import { readRunningStack } from '../stack/stack-file.ts';
import { openEventLog } from '../story/event-log.ts';
import { type JourneyEnd, playJourney } from '../story/journey.ts';
import type { Screen } from '../story/screen.ts';
import type { Program } from './program.ts';
import { requestToken } from './request-token.ts';

/**
 * Plays the journey on a stack started elsewhere, such as the containers of the compose file.
 * @param path of a description like `.punctual/stack.json`
 */
export async function playOnRunning(
  program: Program,
  { path, screen }: { path: string; screen: Screen },
): Promise<JourneyEnd> {
  const stack = await readRunningStack(path);
  if (!stack) throw new Error(`No running stack found at ${path}.`);
  const { gateway, issuer, nats } = stack;
  screen.title(`Punctual: one journey through the services behind ${gateway}`);
  const events = await openEventLog({ natsUrl: nats, onEvent: screen.event });
  program.onEnd(events.close);
  const issueToken = (claims: Parameters<typeof requestToken>[1]) => requestToken(issuer, claims);
  return playJourney({ gateway, issueToken, events, screen, signal: program.signal });
}
