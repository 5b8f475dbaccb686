import type { Queryable, Statement } from '@punctual/chassis/postgres';

/** Records a webhook event. Gives a row unless it was recorded before. */
export function recordWebhookEvent(id: string): Statement {
  return ['insert into payment_notice (id) values (?) on conflict do nothing returning id', [id]];
}

/** Deletes events that are too old to be sent again: Stripe retries for three days. */
export async function purgeWebhookEvents(database: Queryable): Promise<void> {
  await database.query(`delete from payment_notice where received_at < clock_timestamp() - interval '30 days'`);
}
