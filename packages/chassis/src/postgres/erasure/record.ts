import type { EntityManager } from '@mikro-orm/postgresql';
import type { Erasure } from '@punctual/contracts';
import type { Statement } from '../transaction.ts';
import { countPlace, type Place } from './place.ts';

/** An erasure as it is requested. `number` counts those of the person. */
export type RequestedErasure = {
  personId: string;
  number: number;
  at: string;
  requestedBy: string | null;
  reason: string | null;
};

type Row = { person_id: string; number: number; at: Date | string; finished_at: Date | string | null; counts: unknown };

/** The statement that records a request; once for each number of a person. */
export function erasureInsert({ personId, number, at, requestedBy, reason }: RequestedErasure): Statement {
  return [
    `insert into erasure (person_id, number, at, requested_by, reason) values (?, ?, ?, ?, ?) on conflict do nothing`,
    [personId, number, at, requestedBy, reason],
  ];
}

/** The latest erasure of a person. */
export async function latestErasure(em: EntityManager, personId: string): Promise<Row | undefined> {
  const [row] = await em.execute<Row[]>('select * from erasure where person_id = ? order by number desc limit 1', [
    personId,
  ]);
  return row;
}

/**
 * Where the erasure of a person stands.
 * @param count also what there is to erase now: reads whole tables
 */
export async function presentErasure(
  em: EntityManager,
  {
    service,
    places,
    personId,
    count,
  }: { service: Erasure['service']; places: readonly Place[]; personId: string; count: boolean },
): Promise<Erasure> {
  const latest = await latestErasure(em, personId);
  return {
    personId,
    service,
    at: instant(latest?.at),
    finishedAt: instant(latest?.finished_at),
    erased: (latest?.counts ?? {}) as Erasure['erased'],
    left: count ? await countAll(em, places, personId) : null,
  };
}

async function countAll(
  em: EntityManager,
  places: readonly Place[],
  personId: string,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const place of places) {
    counts[place.table] = (counts[place.table] ?? 0) + (await countPlace(em, place, personId));
  }
  return counts;
}

function instant(time: Date | string | null | undefined): string | null {
  return time ? new Date(time).toISOString() : null;
}
