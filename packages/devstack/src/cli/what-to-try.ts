import { randomUUID } from 'node:crypto';
import type { Observability } from '../observe/start-observability.ts';
import type { Stack } from '../stack/start-stack.ts';
import type { JourneyEnd } from '../story/journey.ts';
import type { IssueToken } from '../story/people.ts';
import type { Screen } from '../story/screen.ts';

export type WhatToTryDeps = {
  screen: Screen;
  stack: Stack;
  issueToken: IssueToken;
  logDir: string;
  /** Undefined when the journey failed. */
  end: JourneyEnd | undefined;
  /** Whether the stack has a sandbox clock. */
  clock: boolean;
  observability: Observability | undefined;
};

/**
 * Says where everything is and what to do with it. The commands work as they stand, in a shell in
 * the checkout.
 */
export async function tellWhatToTry(deps: WhatToTryDeps): Promise<void> {
  const { screen, stack, issueToken, logDir, end, clock, observability } = deps;
  const { urls } = stack.addresses;
  const carla = end?.cast.carla.id ?? randomUUID();
  const tokenCommand = `npm run -s token -- --role customer --sub ${carla}`;
  const asCarla = `curl -s -H "Authorization: Bearer $(${tokenCommand})"`;
  const path = end ? `assignments/${end.assignmentId}` : 'assignments';

  screen.title('Where everything is');
  screen.line(`  gateway   ${urls.gateway}`);
  if (urls.console) screen.line(`  console   ${urls.console} (sign in as Olga for operations, as Fay for finance)`);
  screen.line(`  docs      ${urls.gateway}/docs (the API, to read and try)`);
  screen.line(`  events    ${urls.gateway}/docs/events`);
  screen.line(`  Agendash  ${urls.reminders}/agendash/ (asks for a token with the role ops)`);
  screen.line(`  logs      ${logDir}`);
  if (observability) {
    screen.line(`  traces    ${observability.pages.url}/traces`);
    screen.line(`  dashboards ${observability.pages.url}/dashboards`);
    screen.line(`  alerts    ${observability.pages.url}/alerts`);
    screen.line(`  metrics   ${observability.prometheus.url}/api/v1/query?query=up (Prometheus, API only)`);
  }
  screen.title('Try');
  screen.line(`  curl -s ${urls.gateway}/workers/reminders/health`);
  screen.line(`  ${asCarla} ${urls.gateway}/${path}`);
  screen.line(`  ${asCarla} ${urls.gateway}/${path}${end ? '/reminders' : '?limit=1'}`);
  if (clock) {
    screen.line(`  curl -s ${urls.gateway}/sandbox/clock`);
    screen.line(`  curl -s ${urls.gateway}/sandbox/clock -H 'content-type: application/json' -d '{"advance":"PT23H"}'`);
  }
  screen.title('Tokens');
  screen.line(`  ${tokenCommand}`);
  screen.line('  npm run -s token -- --role ops');
  screen.line(`  Carla's, for an hour: ${await issueToken({ sub: carla, roles: ['customer'] })}`);
  screen.line();
  screen.line('Everything runs until you press Ctrl-C.');
}
