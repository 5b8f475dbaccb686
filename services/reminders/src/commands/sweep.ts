import { findUnsettled } from '../persistence/assignments.ts';
import { releaseStaleClaims } from '../persistence/ledger.ts';
import { nextSendAt } from '../persistence/ledger-queries.ts';
import type { RemindersDeps } from './deps.ts';
import type { Dispatch } from './dispatch-due.ts';
import { flushOutbox } from './flush-outbox.ts';
import { isRestored } from './is-restored.ts';
import { reportOverdue } from './report-overdue.ts';

/** Until then, the worker that decided is probably still publishing. */
const settleMs = 2_000;
const batchSize = 500;

/**
 * Finishes what a crash, an outage or a lost job has left behind, unless the store was restored and
 * has not caught up. A step that fails is logged and retried by the next sweep; the other steps
 * still run.
 */
export async function sweep(
  deps: RemindersDeps & { dispatch: Dispatch },
  onProgress: () => Promise<unknown> = async () => {},
): Promise<void> {
  const steps = {
    'stale claims': () => releaseClaims(deps),
    'open decisions': () => settle(deps),
    'overdue reminders': () => reportOverdue(deps),
    'due reminders': () => deps.dispatch.join('sweep', onProgress),
    'missing alarms': () => putAlarmsBack(deps),
  };
  for (const [name, run] of Object.entries(steps)) {
    if (deps.signal.aborted || !deps.history.isCaughtUp()) return;
    const failed = (error: unknown) => deps.logger.warn({ err: error, step: name }, 'a step of the sweep failed');
    await unlessRestored(deps, run).catch(failed);
    await onProgress();
  }
}

async function unlessRestored(deps: RemindersDeps, run: () => Promise<unknown>): Promise<void> {
  if (!(await isRestored(deps))) await run();
}

async function releaseClaims({ store, logger, now }: RemindersDeps): Promise<void> {
  const released = await releaseStaleClaims(store, now());
  if (released > 0) logger.warn({ released }, 'claims expired before their reminders were sent; they are sent again');
}

async function settle(deps: RemindersDeps): Promise<void> {
  const generation = deps.history.generation();
  const before = deps.now().subtract({ milliseconds: settleMs });
  const records = await findUnsettled(deps.store, before, batchSize);
  await flushOutbox(deps, records, generation);
  if (records.length > 0) deps.logger.info({ assignments: records.length }, 'flushed outboxes that were left behind');
}

async function putAlarmsBack({ store, alarms, now }: RemindersDeps): Promise<void> {
  const from = now();
  const next = await nextSendAt(store, from, from.add({ minutes: 2 }));
  if (next !== undefined) await alarms.setAgain(next);
}
