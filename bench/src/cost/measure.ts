import { type Usage, usageOf } from '../footprint/processes.ts';
import { walBytes } from '../footprint/storage.ts';
import { mapValues } from '../map-values.ts';
import { type DatabaseWork, type MeasuredDatabase, type Rows, readDatabaseWork } from './database-work.ts';
import { type Messages, readMessages } from './messages.ts';
import type { Rig } from './rig.ts';
import type { Traffic, Written } from './traffic.ts';

/** Everything that was counted until now, by part. */
export type Counts = {
  usage: Record<string, Usage>;
  traffic: Traffic;
  messages: Record<string, Messages>;
  walBytes: Record<string, number>;
};

/** What one part did for each confirm. */
export type PartCost = {
  cpuMs: number;
  /** Of these, in system calls. */
  kernelMs: number;
  /** To all other parts. */
  socketWrites: number;
  bytesWritten: number;
  messages: Messages;
  walBytes: number;
};

export async function count({ parts, traffic, databases, monitor }: Rig): Promise<Counts> {
  return {
    usage: await usageOf(mapValues(parts, ({ pid }) => [pid])),
    traffic: await traffic.now(),
    messages: await readMessages(monitor),
    walBytes: await inTurn(databases, ({ client }) => walBytes(client)),
  };
}

/** Commits and rows of each PostgreSQL; complete once its sessions have been idle for a while. */
export function countRows({ databases }: Rig): Promise<Record<string, DatabaseWork>> {
  return inTurn(databases, readDatabaseWork);
}

/** The difference, times `scale`. */
export function costsOf(names: readonly string[], before: Counts, after: Counts, scale: number) {
  return Object.fromEntries(
    names.map((name): [string, PartCost] => {
      const more = (of: (counts: Counts) => number | undefined) => ((of(after) ?? 0) - (of(before) ?? 0)) * scale;
      return [
        name,
        {
          cpuMs: more(({ usage }) => usage[name]?.cpuSeconds) * 1_000,
          kernelMs: more(({ usage }) => usage[name]?.kernelSeconds) * 1_000,
          socketWrites: more(({ traffic }) => writtenBy(name, traffic).writes),
          bytesWritten: more(({ traffic }) => writtenBy(name, traffic).bytes),
          messages: {
            sent: more(({ messages }) => messages[name]?.sent),
            received: more(({ messages }) => messages[name]?.received),
          },
          walBytes: more(({ walBytes }) => walBytes[name]),
        },
      ];
    }),
  );
}

export function trafficOf(before: Counts, after: Counts, scale: number): Traffic {
  return mapValues(after.traffic, ({ writes, bytes }, edge) => ({
    writes: (writes - (before.traffic[edge]?.writes ?? 0)) * scale,
    bytes: (bytes - (before.traffic[edge]?.bytes ?? 0)) * scale,
  }));
}

export function workOf(before: DatabaseWork, after: DatabaseWork, scale: number): DatabaseWork {
  const noRows: Rows = { inserted: 0, updated: 0, hot: 0, deleted: 0 };
  return {
    commits: (after.commits - before.commits) * scale,
    tables: mapValues(after.tables, (rows, table) => {
      const earlier = before.tables[table] ?? noRows;
      const more = (which: keyof Rows) => (rows[which] - earlier[which]) * scale;
      return { inserted: more('inserted'), updated: more('updated'), hot: more('hot'), deleted: more('deleted') };
    }),
  };
}

export function sumOfRows({ tables }: DatabaseWork): Rows {
  const sum: Rows = { inserted: 0, updated: 0, hot: 0, deleted: 0 };
  for (const rows of Object.values(tables)) {
    for (const which of ['inserted', 'updated', 'hot', 'deleted'] as const) sum[which] += rows[which];
  }
  return sum;
}

function writtenBy(name: string, traffic: Traffic): Written {
  const own = Object.entries(traffic).filter(([edge]) => edge.startsWith(`${name} → `));
  return {
    writes: own.reduce((sum, [, { writes }]) => sum + writes, 0),
    bytes: own.reduce((sum, [, { bytes }]) => sum + bytes, 0),
  };
}

async function inTurn<T>(databases: Rig['databases'], read: (database: MeasuredDatabase) => Promise<T>) {
  const found: Record<string, T> = {};
  for (const [name, database] of Object.entries(databases)) found[name] = await read(database);
  return found;
}
