import { fileURLToPath } from 'node:url';
import { shareServers } from './shared-servers.ts';

/** vitest's `globalSetup`. Test files run in processes that inherit this environment. */
export default async function setup(): Promise<() => Promise<void>> {
  // Tests start hundreds of processes; compiling their modules once saves a third of a start.
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('../../../.punctual/compile-cache', import.meta.url));
  const shared = await shareServers((line) => console.log(line));
  process.env.PUNCTUAL_TEST_SERVERS = shared.url;
  return () => shared.stop();
}
