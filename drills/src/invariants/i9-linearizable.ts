import type { ObservedState } from './state.ts';

/** I9: what clients were answered about an assignment is explained by one order of what they asked. */
export function linearizable({ clients }: ObservedState): string[] {
  return clients.anomalies.map(({ id, operations, undecided, state, unexplained, picture }) => {
    const verdict = undecided ? 'was not found in time' : 'does not exist';
    const page = picture === undefined ? '' : ` (${picture})`;
    return `an order of the ${operations} operations on assignment ${id} ${verdict}: after ${state}, ${unexplained}${page}`;
  });
}
