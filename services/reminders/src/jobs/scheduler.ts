import { setTimeout as delay } from 'node:timers/promises';
import { MongoBackend } from '@agendajs/mongo-backend';
import { every, type Lifecycle, type Logger, logOutage } from '@punctual/chassis';
import { Agenda, exponential, type Job } from 'agenda';
import type { RemindersDeps } from '../commands/deps.ts';
import { createDispatch, type Dispatch } from '../commands/dispatch-due.ts';
import { recordHeartbeat } from '../commands/record-heartbeat.ts';
import { sweep } from '../commands/sweep.ts';
import { heartbeatEveryMs } from '../domain/health.ts';
import { toDate, toInstant } from '../persistence/documents.ts';
import { expireEnded } from '../persistence/expire-ended.ts';
import { findDue, nextSendAt } from '../persistence/ledger-queries.ts';
import { jobsCollection, type Store } from '../persistence/store.ts';
import { type DispatchData, dispatchJob } from './alarms.ts';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const joinAfterMs = 1_000;
const forgottenAfterMs = 3_000;
const muchIsDue = 1_000;
const lookEveryMs = 50;
/** How long the jobs of a crashed worker stay locked. The sweep does not wait for them. */
const lockLifetimeMs = 30_000;
/**
 * Without a backoff, Agenda never retries a failed job. The job of a minute is retried until it
 * succeeds.
 */
const untilItSucceeds = exponential({ delay: 1_000, maxDelay: minuteMs, maxRetries: Number.POSITIVE_INFINITY });

/**
 * Creates Agenda on the service's store. It is only the clock; the ledger knows what is due and may
 * be sent.
 */
export function createAgenda(deps: { store: Store; newId: () => string; pollMs: number; logger: Logger }): Agenda {
  const agenda = new Agenda({
    name: deps.newId(),
    backend: new MongoBackend({ mongo: deps.store.db, collection: jobsCollection }),
    processEvery: deps.pollMs,
    defaultLockLifetime: lockLifetimeMs,
    defaultConcurrency: 1,
  });
  const outage = logOutage(deps.logger, {
    away: 'the scheduler is failing',
    back: 'the scheduler is working again',
    fields: {},
  });
  agenda.on('error', outage.away);
  agenda.on('success', outage.back);
  agenda.on('fail', (error, job) => deps.logger.warn({ err: error, job: job.attrs.name }, 'a job failed'));
  return agenda;
}

/**
 * Defines the jobs and starts them in every instance. Agenda's locks let one instance at a time run
 * each.
 */
export async function startScheduler(
  given: RemindersDeps & { agenda: Agenda; lifecycle: Lifecycle; sweepEveryMs: number; keepDays: number },
): Promise<void> {
  const deps = { ...given, dispatch: createDispatch(given) };
  const { agenda, lifecycle } = deps;
  agenda.define<DispatchData>(dispatchJob, (job) => dispatchMinute(deps, job), {
    removeOnComplete: true,
    backoff: untilItSucceeds,
  });
  joinIn(deps);
  // After the start, since a large ledger takes a while.
  every(deps, { name: 'expire ended reminders', pauseMs: hourMs, run: () => expireEnded(deps.store, deps.keepDays) });
  agenda.define('sweep', (job: Job) => sweep(deps, () => job.touch()));
  agenda.define('heartbeat', () => recordHeartbeat(deps));
  await agenda.start();
  lifecycle.onShutdown('scheduler', async () => {
    await drain(agenda);
    await unlockJobs(deps.store, agenda.attrs.name);
  });
  await repeat(agenda, deps.sweepEveryMs, 'sweep');
  await repeat(agenda, heartbeatEveryMs, 'heartbeat');
  // Of the previous release.
  await agenda.cancel({ name: 'forget' });
}

/**
 * When two instances start on an empty store, one insert may fail; the retry finds the other's job.
 */
async function repeat(agenda: Agenda, everyMs: number, name: string): Promise<void> {
  await agenda.every(everyMs, name).catch(() => agenda.every(everyMs, name));
}

/**
 * Helps with a minute's job, which runs in one worker, when more than a batch is due. It also takes
 * over when a job is locked by a worker that lost the store, without waiting for that lock to
 * expire.
 */
function joinIn(deps: RemindersDeps & { lifecycle: Lifecycle; dispatch: Dispatch }): void {
  const dueFor = (milliseconds: number, limit: number) =>
    findDue(deps.store, deps.now().subtract({ milliseconds }), limit);
  const run = async () => {
    const waiting = await dueFor(joinAfterMs, muchIsDue);
    const isMuch = waiting.length === muchIsDue;
    if (isMuch || (waiting.length > 0 && (await dueFor(forgottenAfterMs, 1)).length > 0))
      await deps.dispatch.join('join in');
  };
  every(deps, { name: 'join in', pauseMs: joinAfterMs, run });
}

/**
 * Takes no more jobs and waits for the running ones. `stop` does not wait, so they would run again
 * elsewhere. Agenda's `drain` alone may wait for ever: it checks when a job completes, while a job
 * that is being removed still counts, and a job that cannot record its start in the store never
 * completes.
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

/**
 * Unlocks the jobs that a worker has locked ahead; otherwise the others would wait until the locks
 * expire.
 */
async function unlockJobs(store: Store, worker: string | undefined): Promise<void> {
  const ahead = { lastModifiedBy: worker, lockedAt: { $ne: null }, nextRunAt: { $ne: null } };
  await store.db.collection(jobsCollection).updateMany(ahead, { $set: { lockedAt: null } });
}

/** Sends due reminders, and runs again when the next one of the same minute is due. */
async function dispatchMinute(deps: RemindersDeps & { dispatch: Dispatch }, job: Job<DispatchData>): Promise<void> {
  await deps.dispatch.run(() => job.touch());
  const end = toInstant(job.attrs.data.minute).add({ minutes: 1 });
  const next = await nextSendAt(deps.store, deps.now(), end);
  if (next !== undefined) job.attrs.nextRunAt = toDate(next);
}
