import type { Stack } from '../stack/start-stack.ts';
import type { JourneyEnd } from '../story/journey.ts';
import type { Screen } from '../story/screen.ts';

/** Says where everything is and what to do with it. The commands work as they stand, in a shell in the checkout. */
export function tellWhatToTry(deps: {
  screen: Screen;
  stack: Stack;
  logDir: string;
  end: JourneyEnd | undefined;
}): void {
  const { screen, stack, logDir, end } = deps;
  const { urls } = stack.addresses;
  const as = (role: string, sub?: string) =>
    `-H "Authorization: Bearer $(npm run -s token -- --role ${role}${sub ? ` --sub ${sub}` : ''})"`;

  screen.line();
  screen.title('Where everything is');
  screen.line(`  gateway   ${urls.gateway}`);
  screen.line(`  docs      ${urls.gateway}/docs`);
  screen.line(`  Agendash  ${urls.reminders}/agendash (role ops)`);
  screen.line(`  logs      ${logDir}`);
  screen.title('Try');
  screen.line(`  curl -s ${urls.gateway}/workers/reminders/health`);
  if (end) {
    const carla = as('customer', end.cast.carla.id);
    screen.line(`  curl -s ${carla} ${urls.gateway}/assignments/${end.assignmentId}`);
    screen.line(`  curl -s ${carla} ${urls.gateway}/assignments/${end.assignmentId}/reminders`);
  }
  screen.title('Get a token');
  screen.line(`  npm run -s token -- --role customer --sub ${end?.cast.carla.id ?? crypto.randomUUID()}`);
  screen.line();
  screen.line('Everything runs until you press Ctrl-C.');
}
