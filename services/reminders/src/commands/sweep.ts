import { findUnsettled } from '../persistence/assignments.ts';
import { nextSendAt, releaseStaleClaims } from '../persistence/ledger.ts';
import { carryOut } from './carry-out.ts';
import type { CommandDeps } from './deps.ts';
import type { Dispatch } from './dispatch-due.ts';
import { reportOverdue } from './report-overdue.ts';

const minuteMs = 60_000;
/** Until then the one who decided is most likely still at it. */
const settleMs = 2_000;
const batchSize = 500;

/**
 * Finds what a crash, an outage or a lost job has left behind. Each step stands alone: one that fails is logged and done at the
 * next sweep, and does not keep the others from running.
 */
export async function sweep(
  deps: CommandDeps & { dispatch: Dispatch },
  onProgress: () => Promise<unknown> = async () => {},
): Promise<void> {
  const steps = {
    'stale claims': () => releaseClaims(deps),
    'open decisions': () => settle(deps),
    'overdue reminders': () => reportOverdue(deps),
    'due reminders': () => deps.dispatch.join(onProgress),
    'missing alarms': () => putAlarmsBack(deps),
  };
  for (const [name, run] of Object.entries(steps)) {
    if (deps.signal.aborted) return;
    await run().catch((error: unknown) => deps.logger.warn({ err: error, step: name }, 'the sweep could not finish'));
    await onProgress();
  }
}

async function releaseClaims({ store, logger, now }: CommandDeps): Promise<void> {
  const released = await releaseStaleClaims(store, now());
  if (released > 0) logger.warn({ released }, 'reminders were claimed and not sent in time; they are sent again');
}

async function settle(deps: CommandDeps): Promise<void> {
  const before = new Date(deps.now().getTime() - settleMs);
  const records = await findUnsettled(deps.store, before, batchSize);
  await carryOut(deps, records);
  if (records.length > 0) deps.logger.info({ assignments: records.length }, 'carried out what was left behind');
}

async function putAlarmsBack({ store, alarms, now }: CommandDeps): Promise<void> {
  const from = now();
  const next = await nextSendAt(store, from, new Date(from.getTime() + 2 * minuteMs));
  if (next !== undefined) await alarms.setAgain(next);
}
