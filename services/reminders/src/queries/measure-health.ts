import type { BrokerHandle } from '@punctual/chassis';
import type { RemindersHealth } from '@punctual/contracts';
import { z } from 'zod';
import { judgeHealth, type StoreMeasurements } from '../domain/health.ts';
import { heartbeatEveryMs } from '../jobs/heartbeat.ts';
import { askReminderStream } from '../messaging/reminder-stream.ts';
import { checkWritable } from '../persistence/check-writable.ts';
import { countDue, countIn, oldestDue } from '../persistence/ledger.ts';
import { findHeartbeat, findLastDispatch } from '../persistence/pulse.ts';
import type { Store } from '../persistence/store.ts';
import { type Census, createCensus } from './census.ts';

export type HealthDeps = { store: Store; censuses: Censuses; broker: BrokerHandle; now: () => Date; graceMs: number };

export type Censuses = Record<'due' | 'planned' | 'overdue', Census>;

/** Of the whole ledger; one of each for all who ask. */
export function createCensuses({ store, now }: { store: Store; now: () => Date }): Censuses {
  return {
    due: createCensus(() => countDue(store, now())),
    planned: createCensus(() => countIn(store, 'PLANNED')),
    overdue: createCensus(() => countIn(store, 'OVERDUE')),
  };
}

const answerWithinMs = 1_500;

/** Asks the store and the broker now, and judges what they say. Never throws: what is away is the answer. */
export async function measureHealth(deps: HealthDeps): Promise<RemindersHealth> {
  const [store, storeSkewMs, brokerSkewMs] = await Promise.all([
    orUndefined(measureStore(deps)),
    orUndefined(skewOf(deps.now, () => storeClock(deps.store))),
    orUndefined(skewOf(deps.now, () => askReminderStream(deps.broker))),
  ]);
  const skews = [storeSkewMs, brokerSkewMs].filter((skew) => skew !== undefined);
  const clockSkewMs = skews.toSorted((a, b) => Math.abs(b) - Math.abs(a))[0] ?? null;
  return judgeHealth({ store, brokerIsThere: brokerSkewMs !== undefined, clockSkewMs }, deps.graceMs, deps.now());
}

async function measureStore({ store, censuses, now }: HealthDeps): Promise<StoreMeasurements> {
  const at = now();
  const [due, planned, overdue, oldestSendAt, heartbeat, lastDispatchAt] = await Promise.all([
    censuses.due.count(),
    censuses.planned.count(),
    censuses.overdue.count(),
    oldestDue(store, at),
    findHeartbeat(store),
    findLastDispatch(store),
    checkWritable(store, at),
  ]);
  return {
    due,
    planned,
    overdue,
    oldestDueMs: oldestSendAt === undefined ? 0 : at.getTime() - oldestSendAt.getTime(),
    schedulerLagMs:
      heartbeat === undefined
        ? null
        : // A scheduler that has stopped altogether does not measure any more, so the wait for its next beat counts too.
          Math.max(heartbeat.lagMs, at.getTime() - heartbeat.at.getTime() - heartbeatEveryMs),
    lastDispatchAt,
  };
}

/** How far this clock is ahead of another one, taking it that the answer was made half-way. */
async function skewOf(now: () => Date, ask: () => Promise<Date>): Promise<number> {
  const asked = now().getTime();
  const theirs = await ask();
  return Math.round((asked + now().getTime()) / 2 - theirs.getTime());
}

const Hello = z.object({ localTime: z.date() });

async function storeClock({ db }: Store): Promise<Date> {
  return Hello.parse(await db.admin().command({ hello: 1 })).localTime;
}

async function orUndefined<T>(asked: Promise<T>): Promise<T | undefined> {
  const timeout = new Promise<undefined>((resolve) => setTimeout(resolve, answerWithinMs, undefined).unref());
  return Promise.race([asked.catch(() => undefined), timeout]);
}
