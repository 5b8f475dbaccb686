import type { ErasureTarget } from './target.ts';

/**
 * The targets that every SQL service has: outgoing events about the person, and stored responses
 * about them or to them.
 */
export const sharedTargets: readonly ErasureTarget[] = [
  {
    table: 'outbox',
    key: 'id',
    // The text comparison comes first: it is cheap, and almost no row passes it.
    where: `payload like '%' || :person || '%' and concerns_person(payload::jsonb, :person)
      and erase_texts(payload::jsonb) <> payload::jsonb`,
    set: 'payload = erase_texts(payload::jsonb)::text',
  },
  {
    table: 'idempotency_key',
    key: 'caller_id, key',
    where: `(caller_id = :person or concerns_person(answer, :person)) and erase_texts(answer) <> answer`,
    set: 'answer = erase_texts(answer), answer_text = null',
  },
];
