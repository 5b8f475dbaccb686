import { defineEntity, p } from '@mikro-orm/core';

/** The answer to an accepted command, for who repeats it with the same key. */
export const IdempotencyKeyRow = defineEntity({
  name: 'IdempotencyKey',
  tableName: 'idempotency_key',
  properties: {
    callerId: p.uuid().primary(),
    key: p.text().primary(),
    fingerprint: p.text(),
    answer: p.json<unknown>(),
    createdAt: p.datetime(3),
  },
});
