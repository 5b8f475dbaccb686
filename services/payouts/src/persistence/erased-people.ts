import type { Statement } from '@punctual/chassis/postgres';
import { concernsPerson, eraseTexts, type ScheduleEvent } from '@punctual/contracts';

const lock = "hashtextextended('erasure', 0)";

/**
 * Keeps others from applying events until the transaction ends: those that they have read are
 * applied before, and what they bring is erased with the rest.
 */
export const lockErasures: Statement = [`select pg_advisory_xact_lock(${lock})`, []];

export type ErasureColumns = { person_id: string; at: string };

/**
 * Two statements: the second begins after the lock, so it sees an erasure that was recorded while
 * the first one waited.
 */
export function selectErasures(messages: readonly { readonly event: ScheduleEvent }[]): [Statement, Statement] {
  const ids = messages.flatMap(({ event: { data } }) => [data.customerId, data.providerId, data.actor.id ?? []].flat());
  return [
    [`select pg_advisory_xact_lock_shared(${lock})`, []],
    [
      'select person_id, max(at) as at from erasure where person_id = any(?::uuid[]) group by person_id',
      [[...new Set(ids)]],
    ],
  ];
}

/**
 * Removes the texts from events that are from before the erasure of a person whom they concern,
 * however late they arrive.
 */
export function withoutErased<M extends { readonly event: ScheduleEvent }>(
  messages: readonly M[],
  erasures: readonly ErasureColumns[],
): readonly M[] {
  return messages.map((message) => {
    const { event } = message;
    const isErased = erasures.some(
      ({ person_id, at }) => Temporal.Instant.compare(event.time, at) <= 0 && concernsPerson(event.data, person_id),
    );
    return isErased ? { ...message, event: { ...event, data: eraseTexts(event.data) } as ScheduleEvent } : message;
  });
}
