import { type ServiceName, serviceFolder, serviceNames } from '@punctual/devstack';
import { connectNatsPeer, type ObservedStack, shortTimes, watchEffects, whileStopped } from '@punctual/drills';
import { startTestStack, type TestStack, type TestStackOptions } from '@punctual/testkit';
import { MongoClient } from 'mongodb';
import pg from 'pg';
import { createReadyGateways } from './ready-gateways.ts';

/** The code of all services at one version. */
export type Code = { readonly version: string; serviceFolder(name: ServiceName): string };

/** This checkout. */
export const workTree: Code = { version: 'N', serviceFolder };

/** All services at one version. */
export function allAt(code: Code): Record<ServiceName, Code> {
  return Object.fromEntries(serviceNames.map((name) => [name, code])) as Record<ServiceName, Code>;
}

/** Two instances of every service, each at its own version, behind a balancer. */
export type MixedStack = ObservedStack & {
  readonly world: TestStack;
  /** Sends to a ready gateway. */
  readonly fetch: typeof globalThis.fetch;
  /** Replaces the instances of a service one by one; each is ready before the next one stops. */
  roll(service: ServiceName, code: Code): Promise<void>;
  /** Reads while all services are stopped, then continues them. */
  whileStopped<T>(read: () => Promise<T>): Promise<T>;
  stop(): Promise<void>;
};

const instances = [0, 1] as const;
const drainMs = 3_000;
/**
 * Shorter than the drain, so that no request goes out on a connection that is about to close; by
 * enough for a busy machine.
 */
const idleMs = 1_000;

/**
 * @param name of the folder `.punctual/tests/<name>` for logs
 * @param codes of the services at the start
 */
export async function startMixedStack(
  name: string,
  codes: Readonly<Record<ServiceName, Code>>,
  options: Pick<TestStackOptions, 'natsServers' | 'environment'> = {},
): Promise<MixedStack> {
  const running = new Map(serviceNames.map((each) => [each, instances.map(() => codes[each])]));
  const world = await startTestStack(name, {
    ...options,
    instances: instances.length,
    spread: true,
    folder: (service, instance) => (running.get(service)?.[instance] ?? workTree).serviceFolder(service),
    environment: {
      ...shortTimes,
      SHUTDOWN_DRAIN_MS: String(drainMs),
      UPSTREAM_IDLE_MS: String(idleMs),
      ...options.environment,
    },
  });
  const { stack, environment } = world;
  const urls = instances.map((instance) => stack.service('gateway', instance).url);
  const gateways = createReadyGateways(urls, idleMs);
  const databases = { scheduling: openPool(world.databases.scheduling), payouts: openPool(world.databases.payouts) };
  for (const pool of Object.values(databases)) await watchEffects(pool);
  const mongo = await MongoClient.connect(environment.mongoUrl);
  const peer = await connectNatsPeer(environment.natsUrl);

  const signal = (kind: NodeJS.Signals) => {
    for (const service of serviceNames) {
      for (const pid of instances.map((instance) => stack.service(service, instance).pid())) {
        if (pid !== undefined) process.kill(pid, kind);
      }
    }
  };
  return {
    world,
    databases,
    mongo,
    peer,
    fetch: gateways.fetch,
    roll: async (service, code) => {
      for (const instance of instances) {
        const own = stack.service(service, instance);
        await own.stop();
        running.get(service)?.splice(instance, 1, code);
        await own.start();
      }
    },
    whileStopped: (read) => whileStopped(signal, read),
    stop: async () => {
      await gateways.close();
      await Promise.all([...Object.values(databases).map((pool) => pool.end()), mongo.close(), peer.close()]);
      await world.stop();
    },
  };
}

function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: 4, connectionTimeoutMillis: 5_000 });
  pool.on('error', () => undefined);
  return pool;
}
