import type { ClientOperation, Shown } from '../history/client-operation.ts';
import type { ObservedState } from './state.ts';

/** A window that was confirmed for certain, as clients saw it, from one moment until another. */
type Confirmed = { assignmentId: string; providerId: string; start: string; end: string; from: number; until: number };

/** I10: at no moment did clients see overlapping confirmed windows of one provider. */
export function noOverlapSeen({ clients }: ObservedState): string[] {
  const ofAssignments = clients.operations.filter(({ aggregate }) => aggregate === 'assignment');
  const confirmed = [...Map.groupBy(ofAssignments, ({ id }) => id).values()].flatMap(findConfirmed);
  return [...Map.groupBy(confirmed, ({ providerId }) => providerId)].flatMap(([providerId, windows]) =>
    windows.flatMap((one, index) =>
      windows
        .slice(index + 1)
        .filter((other) => areTogether(one, other))
        .map(
          (other) =>
            `provider ${providerId} was seen at two places: assignments ${one.assignmentId} and ${other.assignmentId}`,
        ),
    ),
  );
}

function areTogether(one: Confirmed, other: Confirmed): boolean {
  const isOverlap = one.start < other.end && other.start < one.end;
  const isSameTime = one.from < other.until && other.from < one.until;
  return one.assignmentId !== other.assignmentId && isOverlap && isSameTime;
}

/**
 * A version is certain from the first answer that shows it until the first command is sent that may
 * have made another of it. Only clients change a confirmed assignment.
 */
function findConfirmed(operations: readonly ClientOperation[]): Confirmed[] {
  const seen = operations.flatMap((each) =>
    each.seen && each.return !== undefined ? [{ ...each, seen: each.seen }] : [],
  );
  return [...Map.groupBy(seen, ({ seen: { version } }) => version)].flatMap(([version, answers]) => {
    const [first] = answers;
    if (!first || !isConfirmed(first.seen)) return [];
    const { id: assignmentId, providerId, start, end } = first.seen;
    const from = Math.min(...answers.map((answer) => answer.return ?? Number.POSITIVE_INFINITY));
    const until = Math.min(
      Number.POSITIVE_INFINITY,
      ...operations.filter((each) => mayChange(each, version)).map(({ call }) => call),
    );
    return from < until ? [{ assignmentId, providerId, start, end, from, until }] : [];
  });
}

function isConfirmed(shown: Shown): shown is Shown & { start: string; end: string } {
  return shown.status === 'CONFIRMED' && shown.start !== null && shown.end !== null;
}

/** Whether this command may have been the end of a version. */
function mayChange({ outcome, seen }: ClientOperation, version: number): boolean {
  return outcome === 'unknown' || (outcome === 'accepted' && seen !== undefined && seen.version > version);
}
