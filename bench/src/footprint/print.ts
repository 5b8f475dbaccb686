import type { Bytes } from './storage.ts';

export type Footprint = {
  cpuMs: Readonly<Record<string, number>>;
  idleCpuMsPerSecond: Readonly<Record<string, number>>;
  memoryMb: Readonly<Record<string, { atRest: number; underLoad: number }>>;
  bytes: {
    tables: Bytes;
    wal: number;
    streams: Bytes;
    collections: Bytes;
  };
};

/** The bytes of the tables that keep a row for good. */
export function keptBytes(tables: Bytes): number {
  return rowsOf(tables).reduce((sum, { size, days }) => sum + (days === undefined ? size : 0), 0);
}

/** The bytes of all other tables for each booking a day: what they hold when as much goes as comes. */
export function passingBytes(tables: Bytes): number {
  return rowsOf(tables).reduce((sum, { size, days = 0 }) => sum + size * days, 0);
}

const rowsOf = (tables: Bytes) =>
  Object.entries(tables)
    .filter(([table]) => table !== 'total')
    .map(([table, size]) => ({ table, size, days: keptFor.find(([pattern]) => pattern.test(table))?.[1] }));

/** For how many days a table keeps a row; all others keep it for good. */
const keptFor: [RegExp, number][] = [
  [/\.(outbox|inbox)$/, 7],
  [/\.idempotency_key$/, 2],
];

/** Prints the two tables of docs/deploy.md. */
export function printTables({ cpuMs, idleCpuMsPerSecond, memoryMb, bytes }: Footprint, log: (line: string) => void) {
  log('| process | CPU for each booking | CPU at rest | memory at rest | memory under load |\n|---|---|---|---|---|');
  for (const [name, { atRest, underLoad }] of Object.entries(memoryMb)) {
    const idle = ((idleCpuMsPerSecond[name] ?? 0) / 10).toFixed(1);
    log(`| ${name} | ${cpuMs[name]?.toFixed(1)} ms | ${idle} % | ${atRest} MB | ${underLoad} MB |`);
  }
  const byPlace = Object.groupBy(rowsOf(bytes.tables), ({ table, days }) => {
    return `${table.split('.')[0]}, kept ${days === undefined ? 'for good' : `${days} days`}`;
  });
  log('| bytes for each booking | kB |\n|---|---|');
  const row = (place: string, size: number) => log(`| ${place} | ${(size / 1000).toFixed(1)} |`);
  for (const [place, of = []] of Object.entries(byPlace))
    row(
      place,
      of.reduce((sum, { size }) => sum + size, 0),
    );
  row('write-ahead log of PostgreSQL', bytes.wal);
  for (const [stream, size] of Object.entries(bytes.streams)) row(stream === 'total' ? 'all streams' : stream, size);
  row('MongoDB', bytes.collections.total ?? 0);
}
