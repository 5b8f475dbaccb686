import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { MongoBackend } from '@agendajs/mongo-backend';
import { every, type Lifecycle, type Logger, logOutage } from '@punctual/chassis';
import { Agenda, exponential, type Job } from 'agenda';
import type { CommandDeps } from '../commands/deps.ts';
import { createDispatch, type Dispatch } from '../commands/dispatch-due.ts';
import { forgetOld } from '../commands/forget-old.ts';
import { sweep } from '../commands/sweep.ts';
import { findDue, nextSendAt } from '../persistence/ledger.ts';
import { jobsCollection, type Store } from '../persistence/store.ts';
import { type DispatchData, dispatchJob } from './alarms.ts';
import { beat, heartbeatEveryMs } from './heartbeat.ts';

const minuteMs = 60_000;
const forgetEveryMs = 3_600_000;
const joinAfterMs = 1_000;
const forgottenAfterMs = 3_000;
const muchIsDue = 1_000;
const lookEveryMs = 50;
/** How long a job of a worker that died stays locked. The sweep does not wait for it. */
const lockLifetimeMs = 30_000;
/** Without a backoff Agenda tries a failed job never again. A minute's job is tried until it succeeds and is removed. */
const untilItSucceeds = exponential({ delay: 1_000, maxDelay: minuteMs, maxRetries: Number.POSITIVE_INFINITY });

/** Agenda on the service's own store. It only rings: what is due, and whether it may be sent, the ledger knows. */
export function createAgenda(deps: { store: Store; pollMs: number; logger: Logger }): Agenda {
  const agenda = new Agenda({
    name: randomUUID(),
    backend: new MongoBackend({ mongo: deps.store.db, collection: jobsCollection }),
    processEvery: deps.pollMs,
    defaultLockLifetime: lockLifetimeMs,
    defaultConcurrency: 1,
  });
  const outage = logOutage(deps.logger, {
    away: 'the scheduler cannot work',
    back: 'the scheduler works again',
    fields: {},
  });
  agenda.on('error', outage.away);
  agenda.on('success', outage.back);
  agenda.on('fail', (error, job) => deps.logger.warn({ err: error, job: job.attrs.name }, 'a job failed'));
  return agenda;
}

/** Defines the jobs and starts them, in every instance; Agenda's locks let one instance at a time run each. */
export async function startScheduler(
  given: CommandDeps & { agenda: Agenda; lifecycle: Lifecycle; sweepEveryMs: number; keepDays: number },
): Promise<void> {
  const deps = { ...given, dispatch: createDispatch(given) };
  const { agenda, lifecycle } = deps;
  agenda.define<DispatchData>(dispatchJob, (job) => ringMinute(deps, job), {
    removeOnComplete: true,
    backoff: untilItSucceeds,
  });
  joinIn(deps);
  agenda.define('sweep', (job: Job) => sweep(deps, () => job.touch()));
  agenda.define('heartbeat', () => beat(deps));
  agenda.define('forget', () => forgetOld(deps, deps.keepDays));
  await agenda.start();
  lifecycle.onShutdown('scheduler', async () => {
    await drain(agenda);
    await giveBack(deps.store, agenda.attrs.name);
  });
  await repeat(agenda, deps.sweepEveryMs, 'sweep');
  await repeat(agenda, heartbeatEveryMs, 'heartbeat');
  await repeat(agenda, forgetEveryMs, 'forget');
}

/** Of two instances that begin on an empty store, one may be refused the job that the other is inserting; the second time it finds it. */
async function repeat(agenda: Agenda, everyMs: number, name: string): Promise<void> {
  await agenda.every(everyMs, name).catch(() => agenda.every(everyMs, name));
}

/**
 * A minute's job rings in one worker. Where more is due than a batch, the others come and help; and should a job be locked by a
 * worker that lost the store in the middle of it, nothing waits until that lock lapses.
 */
function joinIn(deps: CommandDeps & { lifecycle: Lifecycle; dispatch: Dispatch }): void {
  const dueFor = (ms: number, limit: number) => findDue(deps.store, new Date(deps.now().getTime() - ms), limit);
  const run = async () => {
    const waiting = await dueFor(joinAfterMs, muchIsDue);
    const isMuch = waiting.length === muchIsDue;
    if (isMuch || (waiting.length > 0 && (await dueFor(forgottenAfterMs, 1)).length > 0)) await deps.dispatch.join();
  };
  every(deps, { name: 'join in', pauseMs: joinAfterMs, run });
}

/**
 * Takes on no more jobs and waits for those that run. Not `stop`, which does not wait, so that they would run a second time. Agenda's
 * `drain` alone may wait for ever: it looks what runs when a job completes, at which a job that is then removed still counts,
 * and a job that cannot tell the store that it begins never completes.
 */
async function drain(agenda: Agenda): Promise<void> {
  const idle = new AbortController();
  let isOver = false;
  const drained = agenda.drain({ signal: idle.signal }).finally(() => {
    isOver = true;
  });
  try {
    while (!isOver && (await agenda.getRunningStats()).runningJobs !== 0) await delay(lookEveryMs);
  } finally {
    idle.abort();
    await drained;
  }
}

/** Unlocks what a worker had locked ahead of its time; else the others would wait until the locks lapse. */
async function giveBack(store: Store, worker: string | undefined): Promise<void> {
  const ahead = { lastModifiedBy: worker, lockedAt: { $ne: null }, nextRunAt: { $ne: null } };
  await store.db.collection(jobsCollection).updateMany(ahead, { $set: { lockedAt: null } });
}

/** Sends what is due, and comes back when the next reminder of the same minute is. */
async function ringMinute(deps: CommandDeps & { dispatch: Dispatch }, job: Job<DispatchData>): Promise<void> {
  await deps.dispatch.run(() => job.touch());
  const end = new Date(job.attrs.data.minute.getTime() + minuteMs);
  const next = await nextSendAt(deps.store, deps.now(), end);
  if (next !== undefined) job.attrs.nextRunAt = next;
}
