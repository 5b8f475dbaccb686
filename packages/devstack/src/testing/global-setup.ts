import { shareServers } from './shared-servers.ts';

/** vitest's `globalSetup`: a run of pure unit tests starts no server at all. */
export default async function setup(): Promise<() => Promise<void>> {
  const shared = await shareServers((line) => console.log(line));
  // Inherited by the processes of the test files, which vitest starts after this.
  process.env.PUNCTUAL_TEST_SERVERS = shared.url;
  return () => shared.stop();
}
