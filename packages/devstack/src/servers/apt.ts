import { join } from 'node:path';
import { findCommand, run } from './commands.ts';
import { type Host, Unavailable } from './source.ts';

/**
 * A command of Debian or Ubuntu, which root installs when it is missing, after a line that says so.
 * @param what needs it
 * @throws Unavailable where that cannot be done, or `PUNCTUAL_NO_APT=1` forbids it
 */
export async function requireDebianCommand(
  host: Host,
  { command, packages, what }: { command: string; packages: string[]; what: string },
): Promise<string> {
  // Not everyone has the folder of system programs on the PATH.
  const env = { ...host.env, PATH: `${host.env.PATH ?? ''}:/usr/sbin` };
  const found = await findCommand(env, command);
  if (found) return found;
  const apt = await findCommand(host.env, 'apt-get');
  if (!apt) throw new Unavailable(`${what} needs ${command}, of Debian or Ubuntu`);
  if (host.env.PUNCTUAL_NO_APT === '1') throw new Unavailable(`${what} needs ${command}, and PUNCTUAL_NO_APT=1`);
  host.log(`${what}: installing the system package ${packages[0]} with apt-get (PUNCTUAL_NO_APT=1 forbids it)`);
  const options = {
    env: { ...host.env, DEBIAN_FRONTEND: 'noninteractive' },
    logFile: join(host.run.folder, 'apt.log'),
    signal: host.signal,
  };
  await run({ ...options, command: [apt, 'update', '-qq'] });
  await run({ ...options, command: [apt, 'install', '-qq', '-y', '--no-install-recommends', ...packages] });
  const installed = await findCommand(env, command);
  if (!installed) throw new Unavailable(`${what} needs ${command}, which ${packages[0]} did not bring`);
  return installed;
}
