import type { EntityManager } from '@mikro-orm/postgresql';
import type { ScheduleEvent } from '@punctual/contracts';
import { concernsPerson, eraseTexts } from '@punctual/contracts';

const lock = "hashtextextended('erasure', 0)";

/** Until the transaction ends, no other applies events that it has read before: what they bring is then erased with the rest. */
export async function lockErasures(em: EntityManager): Promise<void> {
  await em.execute(`select pg_advisory_xact_lock(${lock})`);
}

/**
 * The events as they may be applied: an event from before the erasure of a person that it concerns loses its texts, however late it
 * comes. To be called in the transaction that applies them.
 */
export async function withoutErased<M extends { readonly event: ScheduleEvent }>(
  em: EntityManager,
  messages: readonly M[],
): Promise<readonly M[]> {
  const ids = messages.flatMap(({ event: { data } }) => [data.customerId, data.providerId, data.actor.id ?? []].flat());
  // Two statements, since one that waits for the lock would not see what was recorded meanwhile.
  const [, ...erased] = await em.execute<[object, ...{ person_id: string; at: string }[]]>(
    `select pg_advisory_xact_lock_shared(${lock});
      select person_id, max(at) as at from erasure where person_id = any(?::uuid[]) group by person_id`,
    [`{${[...new Set(ids)].join()}}`],
  );
  if (erased.length === 0) return messages;
  return messages.map((message) => {
    const { event } = message;
    const isErased = erased.some(
      ({ person_id, at }) => new Date(event.time) <= new Date(at) && concernsPerson(event.data, person_id),
    );
    return isErased ? { ...message, event: { ...event, data: eraseTexts(event.data) } as ScheduleEvent } : message;
  });
}
