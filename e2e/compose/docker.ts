import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Runs `docker` in the root of the repository. @returns what it prints, without the last line break */
export async function docker(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
  const options = { cwd: root, env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await promisify(execFile)('docker', args, options);
  return stdout.trimEnd();
}

/** Runs `docker` and shows what it says. @throws when it fails */
export async function showDocker(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<void> {
  const child = spawn('docker', args, { cwd: root, env: { ...process.env, ...env }, stdio: 'inherit' });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`docker ${args.slice(0, 2).join(' ')} failed with exit code ${code}.`);
}

/** @throws Error in one line when no engine answers */
export async function requireEngine(): Promise<void> {
  await docker(['version', '--format', '{{.Server.Version}}']).catch(() => {
    throw new Error('No container engine answers: start Docker, or set DOCKER_HOST.');
  });
}
