import type { EntityManager } from '@mikro-orm/postgresql';

/** Deletes what was remembered longer than Stripe sends a notice again (three days), and its signature is good (minutes). */
export async function forgetNotices(em: EntityManager): Promise<void> {
  await em.execute(`delete from payment_notice where received_at < clock_timestamp() - interval '30 days'`);
}
