import type { Erasure } from '@punctual/contracts';
import type { Queryable, Statement } from '../statement.ts';
import { countTarget, type ErasureTarget } from './target.ts';

/** A requested erasure. `number` counts the erasures of the person. */
export type RequestedErasure = {
  personId: string;
  number: number;
  at: string;
  requestedBy: string | null;
  reason: string | null;
};

type Row = { person_id: string; number: number; at: Date | string; finished_at: Date | string | null; counts: unknown };

/** Records a request, once for each number of a person. */
export function erasureInsert({ personId, number, at, requestedBy, reason }: RequestedErasure): Statement {
  return [
    `insert into erasure (person_id, number, at, requested_by, reason) values (?, ?, ?, ?, ?) on conflict do nothing`,
    [personId, number, at, requestedBy, reason],
  ];
}

/** Selects the latest erasure of a person. */
export function selectLatestErasure(personId: string): Statement {
  return [
    `select person_id, number, at, finished_at, counts from erasure where person_id = ?
      order by number desc limit 1`,
    [personId],
  ];
}

/**
 * Reports the progress of a person's erasure.
 * @param count whether to count what is left to erase, which reads whole tables
 */
export async function presentErasure(
  database: Queryable,
  {
    service,
    targets,
    personId,
    count,
  }: { service: Erasure['service']; targets: readonly ErasureTarget[]; personId: string; count: boolean },
): Promise<Erasure> {
  const [latest] = await database.query<Row>(...selectLatestErasure(personId));
  return {
    personId,
    service,
    at: instant(latest?.at),
    finishedAt: instant(latest?.finished_at),
    erased: (latest?.counts ?? {}) as Erasure['erased'],
    left: count ? await countAll(database, targets, personId) : null,
  };
}

async function countAll(
  database: Queryable,
  targets: readonly ErasureTarget[],
  personId: string,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const target of targets) {
    counts[target.table] = (counts[target.table] ?? 0) + (await countTarget(database, target, personId));
  }
  return counts;
}

function instant(time: Date | string | null | undefined): string | null {
  return time ? new Date(time).toISOString() : null;
}
