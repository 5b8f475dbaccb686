import { join } from 'node:path';
import { findCommand, run } from './commands.ts';
import { withLock } from './file-lock.ts';
import { type Host, Unavailable } from './source.ts';
import { isRoot } from './users.ts';

/**
 * Finds a command of Debian or Ubuntu. When it is missing, root installs it, after a line that says
 * so.
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
  if (!apt) throw new Unavailable(`${what} needs ${command} from Debian or Ubuntu`);
  if (host.env.PUNCTUAL_NO_APT === '1') throw new Unavailable(`${what} needs ${command}, but PUNCTUAL_NO_APT=1 is set`);
  if (!isRoot) throw new Unavailable(`${what} needs ${command}, which only root can install`);
  // Test files run side by side, and apt-get fails while another one works.
  const lock = join(host.cache.folder, 'apt.lock');
  await withLock(
    lock,
    async () => {
      if (!(await findCommand(env, command))) await install(host, apt, { packages, what });
    },
    host.signal,
  );
  const installed = await findCommand(env, command);
  if (!installed) throw new Unavailable(`${what} needs ${command}, which is not in ${packages[0]}`);
  return installed;
}

async function install(
  host: Host,
  apt: string,
  { packages, what }: { packages: string[]; what: string },
): Promise<void> {
  host.log(
    `${what}: installing the system package ${packages[0]} with apt-get (set PUNCTUAL_NO_APT=1 to prevent this)`,
  );
  const options = {
    env: { ...host.env, DEBIAN_FRONTEND: 'noninteractive' },
    logFile: join(host.run.folder, 'apt.log'),
    signal: host.signal,
  };
  const patiently = ['-qq', '-o', 'DPkg::Lock::Timeout=120'];
  await run({ ...options, command: [apt, 'update', ...patiently] });
  await run({ ...options, command: [apt, 'install', ...patiently, '-y', '--no-install-recommends', ...packages] });
}
