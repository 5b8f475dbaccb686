import type { Drift, DriftKind } from '@punctual/contracts';

/** Adds a difference to a reconciliation. */
export type Report = (difference: Drift) => void;

/** The most differences that one page shows. All are counted. */
const shown = 1_000;

/** Collects differences. */
export function createDriftReport(): {
  report: Report;
  items: readonly Drift[];
  counts: ReadonlyMap<DriftKind, number>;
} {
  const items: Drift[] = [];
  const counts = new Map<DriftKind, number>();
  const report: Report = (difference) => {
    counts.set(difference.kind, (counts.get(difference.kind) ?? 0) + 1);
    if (items.length < shown) items.push(difference);
  };
  return { report, items, counts };
}
