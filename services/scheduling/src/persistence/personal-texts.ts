import { copiesAbout, hasText, type Place, withoutText } from '@punctual/chassis/postgres';

const own = 'customer_id = :person or provider_id = :person';
const ownAssignments = `assignment_id in (select id from assignment where ${own})`;
/** Those of others on which the person did something. */
const actedOn = `select assignment_id from assignment_timeline join assignment on assignment.id = assignment_id
  where actor ->> 'id' = :person and :person not in (customer_id, provider_id)`;

const chosen = (column: string, id: string) =>
  `${column} = case when ${column} = any (texts_by(:person, ${id})) then '[erased]' else ${column} end`;
const itemTexts = 'texts_by(:person, assignment_id)';
const answered = "(answer #>> '{body,id}')::uuid";

/**
 * All texts of people in this database. About a person are those on their own jobs and assignments; by a person are those that they
 * wrote on the assignments of others, as ops. A new column with such texts belongs here and in docs/privacy.md.
 */
export const personalTexts: readonly Place[] = [
  { table: 'job', key: 'id', where: `customer_id = :person and ${hasText('title')}`, set: withoutText('title') },
  {
    table: 'assignment',
    key: 'id',
    where: `(${own}) and (${hasText('schedule_notes')} or ${hasText('reject_reason')})`,
    set: `${withoutText('schedule_notes')}, ${withoutText('reject_reason')}`,
  },
  {
    table: 'assignment',
    key: 'id',
    where: `id in (${actedOn}) and array[schedule_notes, reject_reason] && texts_by(:person, id)`,
    set: `${chosen('schedule_notes', 'id')}, ${chosen('reject_reason', 'id')}`,
  },
  ...copiesAbout,
  {
    table: 'outbox',
    key: 'id',
    where: `aggregate_id in (${actedOn})
      and erase_texts(payload::jsonb, texts_by(:person, aggregate_id)) <> payload::jsonb`,
    set: 'payload = erase_texts(payload::jsonb, texts_by(:person, aggregate_id))::text',
  },
  {
    table: 'idempotency_key',
    key: 'caller_id, key',
    where: `caller_id <> :person and answer #>> '{body,id}' = any (array(${actedOn})::text[])
      and erase_texts(answer, texts_by(:person, ${answered})) <> answer`,
    set: `answer = erase_texts(answer, texts_by(:person, ${answered})), answer_text = null`,
  },
  {
    table: 'assignment_timeline',
    key: 'assignment_id, version',
    where: `${ownAssignments}
      and (${hasText('reason')} or erase_texts(before) <> before or erase_texts(after) <> after)`,
    set: `${withoutText('reason')}, before = erase_texts(before), after = erase_texts(after)`,
  },
  {
    table: 'assignment_timeline',
    key: 'assignment_id, version',
    where: `assignment_id in (${actedOn}) and (reason = any (${itemTexts})
      or erase_texts(before, ${itemTexts}) <> before or erase_texts(after, ${itemTexts}) <> after)`,
    set: `${chosen('reason', 'assignment_id')},
      before = erase_texts(before, ${itemTexts}), after = erase_texts(after, ${itemTexts})`,
    // What repeats the person's texts comes after them, and is found by them.
    order: 'assignment_id, version desc',
  },
];
