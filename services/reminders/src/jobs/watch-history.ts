import { every, type Lifecycle, logOutage, observed, observeTogether } from '@punctual/chassis';
import { checkHistory, trustStore } from '../commands/check-history.ts';
import type { RemindersDeps } from '../commands/deps.ts';
import { isRefused } from '../messaging/is-refused.ts';

const checkEveryMs = 2_000;
/** A process that was stopped this long may have missed a restore. */
const forgetAfterMs = 10_000;

/** Checks the history at once, then every two seconds, in every instance. */
export function watchHistory(deps: RemindersDeps & { lifecycle: Lifecycle }): void {
  const { history, logger } = deps;
  const refused = logOutage(logger, {
    away: 'NATS refuses to show the streams; a restored store or stream is not noticed (deploy/nats/users.conf)',
    back: 'NATS shows the streams',
    fields: {},
  });
  const stopped = new Promise<'stopped'>((resolve) => {
    deps.signal.addEventListener('abort', () => resolve('stopped'), { once: true });
  });
  const restoring = observed('punctual.reminders.restoring');
  observeTogether([restoring], (result) => result.observe(restoring, history.isRestoring() ? 1 : 0), deps.signal);
  let checked: { generation: number; at: number } | undefined;
  const check = async () => {
    if ((await Promise.race([deps.broker.connected(), stopped])) === 'stopped') return;
    const generation = history.generation();
    const isRecent = checked !== undefined && performance.now() - checked.at < forgetAfterMs;
    const thorough = !isRecent || checked?.generation !== generation;
    const isTailSuspect = history.takeSuspicion() || thorough;
    checked = undefined;
    try {
      await checkHistory(deps, thorough, isTailSuspect);
      refused.back();
      checked = { generation, at: performance.now() };
    } catch (error) {
      if (!isRefused(error)) throw error;
      refused.away(error);
      await trustStore(deps);
    }
  };
  every(deps, { name: 'history', pauseMs: checkEveryMs, run: check });
}
