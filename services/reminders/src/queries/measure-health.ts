import type { RemindersHealth } from '@punctual/contracts';
import { z } from 'zod';
import { heartbeatEveryMs, judgeHealth, type StoreMeasurements } from '../domain/health.ts';
import { msBetween } from '../domain/instants.ts';
import { checkWritable } from '../persistence/check-writable.ts';
import { toInstant } from '../persistence/documents.ts';
import { findHeartbeat, findLastDispatch } from '../persistence/heartbeat-store.ts';
import { countDue, countIn, oldestDue } from '../persistence/ledger-queries.ts';
import type { Store } from '../persistence/store.ts';
import { type CachedCount, createCachedCount } from './cached-count.ts';

export type HealthDeps = {
  store: Store;
  counts: LedgerCounts;
  /** @returns NATS' clock; throws when NATS does not take reminders */
  checkStream: () => Promise<Temporal.Instant>;
  now: () => Temporal.Instant;
  graceMs: number;
};

export type LedgerCounts = Record<'due' | 'planned' | 'overdue', CachedCount>;

/** Counts over the whole ledger, shared by all requests. */
export function createLedgerCounts({ store, now }: { store: Store; now: () => Temporal.Instant }): LedgerCounts {
  return {
    due: createCachedCount(() => countDue(store, now())),
    planned: createCachedCount(() => countIn(store, 'PLANNED')),
    overdue: createCachedCount(() => countIn(store, 'OVERDUE')),
  };
}

const answerWithinMs = 1_500;

/**
 * Asks the store and NATS now, and judges their answers. Never throws: an unavailable server is an
 * answer.
 */
export async function measureHealth(deps: HealthDeps): Promise<RemindersHealth> {
  const [store, storeSkewMs, brokerSkewMs] = await Promise.all([
    orUndefined(measureStore(deps)),
    orUndefined(skewOf(deps.now, () => storeClock(deps.store))),
    orUndefined(skewOf(deps.now, deps.checkStream)),
  ]);
  const skews = [storeSkewMs, brokerSkewMs].filter((skew) => skew !== undefined);
  const clockSkewMs = skews.toSorted((a, b) => Math.abs(b) - Math.abs(a))[0] ?? null;
  return judgeHealth({ store, brokerIsThere: brokerSkewMs !== undefined, clockSkewMs }, deps.graceMs, deps.now());
}

async function measureStore({ store, counts, now }: HealthDeps): Promise<StoreMeasurements> {
  const at = now();
  const [due, planned, overdue, oldestSendAt, heartbeat, lastDispatchAt] = await Promise.all([
    counts.due.count(),
    counts.planned.count(),
    counts.overdue.count(),
    oldestDue(store, at),
    findHeartbeat(store),
    findLastDispatch(store),
    checkWritable(store, at),
  ]);
  return {
    due,
    planned,
    overdue,
    oldestDueMs: oldestSendAt === undefined ? 0 : msBetween(oldestSendAt, at),
    schedulerLagMs:
      heartbeat === undefined
        ? null
        : // A stopped scheduler measures nothing, so the wait for its next heartbeat counts too.
          Math.max(heartbeat.lagMs, msBetween(heartbeat.at, at) - heartbeatEveryMs),
    lastDispatchAt,
  };
}

/** How far this clock is ahead of another, assuming that the answer was made half-way. */
async function skewOf(now: () => Temporal.Instant, ask: () => Promise<Temporal.Instant>): Promise<number> {
  const asked = now();
  const theirs = await ask();
  return Math.round((msBetween(theirs, asked) + msBetween(theirs, now())) / 2);
}

const Hello = z.object({ localTime: z.date() });

async function storeClock({ db }: Store): Promise<Temporal.Instant> {
  return toInstant(Hello.parse(await db.admin().command({ hello: 1 })).localTime);
}

async function orUndefined<T>(asked: Promise<T>): Promise<T | undefined> {
  const timeout = new Promise<undefined>((resolve) => setTimeout(resolve, answerWithinMs, undefined).unref());
  return Promise.race([asked.catch(() => undefined), timeout]);
}
