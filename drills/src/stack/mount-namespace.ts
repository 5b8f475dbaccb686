import { spawnSync } from 'node:child_process';

const mark = 'PUNCTUAL_MOUNTS_END_WITH_US';

/**
 * Starts this process again in a new mount namespace, once. What is mounted there is seen by
 * its children alone, and is gone with the last of them, however they end.
 * @returns whether it may mount there: as root on Linux, unless a container forbids it
 */
export function enterMountNamespace(): boolean {
  if (process.env[mark]) return true;
  if (!mayMount() || !process.execve) return false;
  const node = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const shell = ['sh', '-c', 'exec unshare --mount "$@"', 'sh', ...node];
  return process.execve('/bin/sh', shell, { ...process.env, [mark]: 'yes' });
}

function mayMount(): boolean {
  const tried = () => spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0;
  return process.getuid?.() === 0 && tried();
}
