import type { Place } from './place.ts';

// The copies that every database of a service has: events on their way out, and kept answers.

/** Events about the person, and kept answers about them or to them. */
export const copiesAbout: readonly Place[] = [
  {
    table: 'outbox',
    key: 'id',
    // The comparison of text first: it is cheap, and almost no row passes.
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
