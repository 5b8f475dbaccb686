import { routes } from '../api.ts';
import type { Intent } from './intent.ts';

/**
 * Returns an intent as it is after another one of the user was executed. If both were made on the
 * same version of the same resource, it is now for the version that the other has made: nothing
 * else has come between.
 */
export function following(done: Intent, version: number | null): (intent: Intent) => Intent {
  return (intent) => {
    const isNext =
      intent.lane === done.lane &&
      resourceOf(intent) === resourceOf(done) &&
      typeof done.input.ifMatch === 'number' &&
      intent.input.ifMatch === done.input.ifMatch;
    return isNext && version !== null ? { ...intent, input: { ...intent.input, ifMatch: version } } : intent;
  };
}

/** A version belongs to what the response shows: a job, an assignment or a payout. */
function resourceOf({ name }: Intent): unknown {
  return (routes[name] as { answer?: unknown }).answer;
}
