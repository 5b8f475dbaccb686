import { requireDebianCommand } from './apt.ts';
import { findCommand } from './commands.ts';
import type { Host } from './source.ts';

const commands = ['google-chrome', 'chromium-browser'];

/**
 * Finds a browser of the Chromium family: the program in `CHROMIUM`, one on the `PATH`, or Debian's.
 * @throws Unavailable
 */
export async function findChromium(host: Host): Promise<string> {
  if (host.env.CHROMIUM) return host.env.CHROMIUM;
  for (const command of commands) {
    const found = await findCommand(host.env, command);
    if (found) return found;
  }
  return requireDebianCommand(host, { command: 'chromium', packages: ['chromium'], what: 'The browser test' });
}
