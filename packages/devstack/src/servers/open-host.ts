import { openCache } from './cache.ts';
import { requireDocker } from './docker.ts';
import { openRun } from './run.ts';
import type { Host, Server } from './source.ts';

export type HostSettings = Pick<Host, 'log' | 'env'> & Partial<Pick<Host, 'fsync' | 'natsConfig' | 'signal'>>;

/** The cache of this machine and a run of its own, which the caller closes. */
export async function openHost({ log, env, signal, fsync = false, natsConfig = '' }: HostSettings): Promise<Host> {
  const cache = await openCache({ env, log, signal });
  const run = await openRun(cache.folder);
  let docker: Promise<void> | undefined;
  return { log, env, signal, fsync, natsConfig, cache, run, docker: () => (docker ??= requireDocker(env)) };
}

/** Starts a server in a run of its own, which ends with it. */
export async function withOwnHost<S extends Server>(
  settings: HostSettings,
  start: (host: Host) => Promise<S>,
): Promise<S> {
  const host = await openHost(settings);
  const server = await start(host).catch(async (error) => {
    await host.run.close();
    throw error;
  });
  const stop = async () => {
    await server.stop();
    await host.run.close();
  };
  return { ...server, stop };
}
