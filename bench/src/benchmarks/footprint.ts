import { setTimeout as delay } from 'node:timers/promises';
import { startBenchServers, startBenchStack } from '../bench-stack.ts';
import { openBookings } from '../footprint/book.ts';
import { printCapacity } from '../footprint/capacity.ts';
import { bytesOf, partsOf, services, watchMemory } from '../footprint/measure.ts';
import { printTables } from '../footprint/print.ts';
import { type Usage, usageOf } from '../footprint/processes.ts';
import type { Bytes } from '../footprint/storage.ts';
import { mapValues } from '../map-values.ts';
import { type Benchmark, percentile, rounded } from '../result.ts';
import { settleTables } from '../seed.ts';

const bookings = 600;
const warmUp = 60;
const atOnce = 48;
const idleSeconds = 15;

/**
 * What a booking costs, from the job to the paid payout: CPU and memory of every process, and bytes
 * in PostgreSQL, NATS and MongoDB. `ours` is the CPU of the four services, `reference` that of the
 * three servers; `details` has all, for docs/deploy.md.
 */
export const footprintBenchmark: Benchmark = async (log) => {
  const servers = await startBenchServers(log);
  const stack = await startBenchStack(servers, { name: 'footprint' });
  const mongo = new URL(servers.servers.mongo.url);
  mongo.pathname = '/bench_footprint';
  const visits = openBookings(stack.url, servers.issuer);
  try {
    const parts = await partsOf(stack);
    await delay(15_000);
    const atRest = await usageOf(parts);
    await delay(idleSeconds * 1_000);
    const idleCpuMs = perSecond(atRest, await usageOf(parts));
    log('Warming up');
    await book(warmUp, visits.book);
    await stack.settled();
    await settleTables(stack.database);
    const before = { usage: await usageOf(parts), ...(await bytesOf(stack, mongo.href)) };
    const warm = visits.latenciesMs.length;
    const peak = watchMemory(parts);
    const from = performance.now();
    await book(bookings, visits.book, (done) => done % 100 === 0 && log(`${done} of ${bookings} bookings`));
    const seconds = (performance.now() - from) / 1_000;
    await stack.settled();
    const measuredSeconds = (performance.now() - from) / 1_000;
    const memoryUnderLoad = await peak.stop();
    const after = { usage: await usageOf(parts), ...(await bytesOf(stack, mongo.href)) };

    // Without what the parts do anyway, as polling.
    const cpuMs = mapValues(after.usage, ({ cpuSeconds }, name) => {
      const used = (cpuSeconds - (before.usage[name]?.cpuSeconds ?? 0)) * 1_000;
      return (used - (idleCpuMs[name] ?? 0) * measuredSeconds) / bookings;
    });
    const sum = (names: readonly string[]) => rounded(names.reduce((total, name) => total + (cpuMs[name] ?? 0), 0));
    const [ours, reference] = [sum(services), sum(['postgres', 'nats', 'store'])];
    const latencies = visits.latenciesMs.slice(warm);
    const details = {
      bookings,
      bookingsPerSecond: rounded(bookings / seconds),
      store: after.store.engine,
      cpuMs: mapValues(cpuMs, rounded),
      idleCpuMsPerSecond: mapValues(idleCpuMs, rounded),
      memoryMb: mapValues(atRest, ({ memoryMb }, name) => ({
        atRest: Math.round(memoryMb),
        underLoad: Math.round(memoryUnderLoad[name] ?? 0),
      })),
      bytes: {
        tables: perBooking(before.tables, after.tables),
        wal: Math.round((after.wal - before.wal) / bookings),
        streams: perBooking(before.streams.bytes, after.streams.bytes),
        collections: perBooking(before.store.bytes, after.store.bytes),
      },
      messages: perBooking(before.streams.messages, after.streams.messages, rounded),
    };
    printTables(details, log);
    printCapacity(details, log);
    const [p50, p99] = [rounded(percentile(latencies, 50)), rounded(percentile(latencies, 99))];
    const unit = 'ms of CPU for each booking';
    return { name: 'footprint', unit, ours, reference, ratio: rounded(reference / ours), p50, p99, details };
  } finally {
    await visits.stop();
    await stack.stop();
    await servers.stop();
  }
};

/** Runs this many bookings, as many at once as an evening has. */
async function book(count: number, visit: () => Promise<void>, onDone: (done: number) => unknown = () => {}) {
  let [begun, done] = [0, 0];
  const person = async () => {
    while (begun < count) {
      begun += 1;
      await visit();
      done += 1;
      onDone(done);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, person));
}

function perSecond(before: Record<string, Usage>, after: Record<string, Usage>): Record<string, number> {
  return mapValues(before, ({ cpuSeconds }, name) => {
    return (((after[name]?.cpuSeconds ?? cpuSeconds) - cpuSeconds) * 1_000) / idleSeconds;
  });
}

function perBooking(before: Bytes, after: Bytes, format = Math.round): Bytes & { total: number } {
  const each = mapValues(after, (value, name) => (value - (before[name] ?? 0)) / bookings);
  const total = Object.values(each).reduce((sum, value) => sum + value, 0);
  return { ...mapValues(each, format), total: format(total) };
}
