import type { EventLog } from './event-log.ts';
import { playFirstVisit } from './first-visit.ts';
import { createNarrator, StoryError } from './narrator.ts';
import { type IssueToken, invite, type StoryPeople } from './people.ts';
import type { Screen } from './screen.ts';
import { playSecondVisit } from './second-visit.ts';
import { playThirdVisit } from './third-visit.ts';

export type JourneyDeps = {
  gateway: string;
  issueToken: IssueToken;
  events: EventLog;
  screen: Screen;
  signal?: AbortSignal;
};

/** Who and what the journey leaves behind, for those who want to look at it. */
export type JourneyEnd = { cast: StoryPeople; assignmentId: string };

/**
 * Plays the demo journey against a running stack, through the gateway, and checks each step.
 * @throws StoryError at the first step that does not go as it should
 */
export async function playJourney(deps: JourneyDeps): Promise<JourneyEnd> {
  const { gateway, issueToken, events, screen } = deps;
  const narrator = createNarrator(deps);
  const cast = await invite(gateway, issueToken);
  const startedAt = performance.now();

  screen.line('  Each step shows its trace id. Each event shows the first digits of its own.');
  screen.title('A confirmed visit');
  const { assignmentId } = await playFirstVisit({ narrator, cast });
  screen.title('A rejected window');
  await playSecondVisit({ narrator, cast });
  screen.title('A paid visit');
  await playThirdVisit({ narrator, cast });

  const [fault] = events.faults;
  if (fault) throw new StoryError(fault);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  screen.title(`The journey succeeded: ${events.seen.length} events in ${seconds} s.`);
  return { cast, assignmentId };
}
