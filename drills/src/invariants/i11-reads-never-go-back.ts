import type { ClientOperation, Shown } from '../history/client-operation.ts';
import type { ObservedState } from './state.ts';

const counters = ['version', 'payoutVersion', 'reminderSequence'] as const;

/**
 * I11: whatever one user is shown of an assignment or a payout is at least as new as all they had
 * been shown before they asked, also by another gateway and in lists.
 */
export function readsNeverGoBack({ clients }: ObservedState): string[] {
  const sessions = Map.groupBy(clients.operations, ({ client, id }) => `${client} ${id}`);
  return [...sessions.values()].flatMap((operations) =>
    counters.flatMap((counter) => findStepsBack(operations, counter)),
  );
}

function findStepsBack(operations: readonly ClientOperation[], counter: (typeof counters)[number]): string[] {
  const answers = operations
    .flatMap(({ call, return: at, seen }) =>
      seen && at !== undefined ? [{ call, at, value: seen[counter] ?? 0, seen }] : [],
    )
    .toSorted((one, other) => one.at - other.at);
  return answers.flatMap(({ call, value, seen }, index) => {
    const before = answers.slice(0, index).filter(({ at }) => at < call);
    const newest = Math.max(0, ...before.map((each) => each.value));
    return value < newest ? [describe(seen, counter, newest, value)] : [];
  });
}

function describe({ id }: Shown, counter: string, newest: number, value: number): string {
  return `a user who had seen ${counter} ${newest} of ${id} was shown ${value} again`;
}
