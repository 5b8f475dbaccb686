import { type Footprint, keptBytes, passingBytes } from './print.ts';

/** Bookings a second in the busiest hour. */
const peaks = [10, 100, 1_000];
/** A day has this share of what its busiest hour would make of it. */
const averageOfPeak = 1 / 3;
/** Processes are to use no more than half of their processors in the busiest hour. */
const usable = 0.5;
const day = 86_400;

/** Prints the table of capacity of docs/deploy.md: the measured figures times the rate. */
export function printCapacity({ cpuMs, bytes }: Footprint, log: (line: string) => void): void {
  const row = (name: string, of: (peak: number) => string) => log(`| ${name} | ${peaks.map(of).join(' | ')} |`);
  row('bookings a second in the busiest hour', (peak) => peak.toLocaleString('en'));
  log(`|---|${peaks.map(() => '---|').join('')}`);
  row(
    'bookings a day',
    (peak) => `${(peak * averageOfPeak * day).toLocaleString('en', { maximumSignificantDigits: 2 })}`,
  );
  for (const [name, ms] of Object.entries(cpuMs)) {
    row(`processors for ${name}`, (peak) => decimal((peak * ms) / 1_000 / usable));
  }
  const daily = (size: number) => (peak: number) => `${decimal((size * peak * averageOfPeak * day) / 1e9)} GB`;
  row('tables kept for good, a day', daily(keptBytes(bytes.tables)));
  row('tables that are emptied by age, in all', daily(passingBytes(bytes.tables)));
  row('write-ahead log, a second at the peak', (peak) => `${decimal((bytes.wal * peak) / 1e6)} MB`);
  row('streams and the copies for the gateway, 30 days, each replica', daily((bytes.streams.total ?? 0) * 30));
  row('MongoDB, 90 days', daily((bytes.collections.total ?? 0) * 90));
}

const decimal = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 2 });
