import { randomUUID } from 'node:crypto';
import type { Stack } from '../stack/start-stack.ts';
import type { IssueToken } from '../story/cast.ts';
import type { JourneyEnd } from '../story/journey.ts';
import type { Screen } from '../story/screen.ts';

export type WhatToTryDeps = {
  screen: Screen;
  stack: Stack;
  issueToken: IssueToken;
  logDir: string;
  /** Undefined when the journey failed. */
  end: JourneyEnd | undefined;
};

/** Says where everything is and what to do with it. The commands work as they stand, in a shell in the checkout. */
export async function tellWhatToTry({ screen, stack, issueToken, logDir, end }: WhatToTryDeps): Promise<void> {
  const { urls } = stack.addresses;
  const carla = end?.cast.carla.id ?? randomUUID();
  const tokenCommand = `npm run -s token -- --role customer --sub ${carla}`;
  const asCarla = `curl -s -H "Authorization: Bearer $(${tokenCommand})"`;
  const path = end ? `assignments/${end.assignmentId}` : 'assignments';

  screen.title('Where everything is');
  screen.line(`  gateway   ${urls.gateway}`);
  screen.line(`  docs      ${urls.gateway}/docs`);
  screen.line(`  Agendash  ${urls.reminders}/agendash/ (asks for a token with the role ops)`);
  screen.line(`  logs      ${logDir}`);
  screen.title('Try');
  screen.line(`  curl -s ${urls.gateway}/workers/reminders/health`);
  screen.line(`  ${asCarla} ${urls.gateway}/${path}`);
  screen.line(`  ${asCarla} ${urls.gateway}/${path}${end ? '/reminders' : '?limit=1'}`);
  screen.title('Tokens');
  screen.line(`  ${tokenCommand}`);
  screen.line('  npm run -s token -- --role ops');
  screen.line(`  Carla's, for an hour: ${await issueToken({ sub: carla, roles: ['customer'] })}`);
  screen.line();
  screen.line('Everything runs until you press Ctrl-C.');
}
