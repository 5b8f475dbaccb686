import type { BenchStack } from '../bench-stack.ts';
import { readProcess } from '../process-cpu.ts';
import { pidsOf, usageOf } from './processes.ts';
import { collectionBytes, streamBytes, tableBytes, walBytes } from './storage.ts';

export const services = ['gateway', 'scheduling', 'reminders', 'payouts'] as const;

/** The processes of each part. FerretDB, as a store, has its own PostgreSQL. */
export async function partsOf({ processes, database }: BenchStack): Promise<Record<string, number[]>> {
  const { rows } = await database.query<{ pid: number }>('select pg_backend_pid() as pid');
  const postmaster = (await readProcess(rows[0]?.pid ?? 0))?.parent;
  return {
    ...Object.fromEntries(services.map((name) => [name, [processes.service(name).pid() ?? 0]])),
    nats: await pidsOf(['nats-server']),
    postgres: postmaster === undefined ? [] : [postmaster],
    store: await pidsOf(['mongod', 'ferretdb', 'postgres'], postmaster),
  };
}

/** What is stored now, by place. */
export async function bytesOf({ databases, natsUrl }: BenchStack, mongoUrl: string) {
  return {
    tables: {
      ...(await tableBytes(databases.scheduling, 'scheduling')),
      ...(await tableBytes(databases.payouts, 'payouts')),
    },
    wal: await walBytes(databases.scheduling),
    streams: await streamBytes(natsUrl),
    store: await collectionBytes(mongoUrl),
  };
}

/** Notes the most memory that each part uses until it is stopped. */
export function watchMemory(parts: Record<string, number[]>) {
  const most: Record<string, number> = {};
  const look = async () => {
    for (const [name, { memoryMb }] of Object.entries(await usageOf(parts))) {
      most[name] = Math.max(most[name] ?? 0, memoryMb);
    }
  };
  let last = look();
  const timer = setInterval(() => {
    last = last.then(look);
  }, 2_000);
  return {
    stop: async () => {
      clearInterval(timer);
      await last;
      return most;
    },
  };
}
