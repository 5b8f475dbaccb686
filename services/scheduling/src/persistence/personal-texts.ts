import { type ErasureTarget, hasText, sharedTargets, withoutText } from '@punctual/chassis/postgres';

const own = 'customer_id = :person or provider_id = :person';
const ownAssignments = `assignment_id in (select id from assignment where ${own})`;
/** Assignments of others on which the person acted, or on whose job they wrote. */
const actedOn = `select assignment_id from assignment_timeline join assignment on assignment.id = assignment_id
    where actor ->> 'id' = :person and :person not in (customer_id, provider_id)
  union select assignment.id from assignment join job_text on job_text.job_id = assignment.job_id
    where person_id = :person`;
/** Jobs of others on which the person wrote. */
const wroteOn = 'select job_id from job_text where person_id = :person';

const chosenFrom = (column: string, texts: string) =>
  `${column} = case when ${column} = any (${texts}) then '[erased]' else ${column} end`;
const chosen = (column: string, id: string) => chosenFrom(column, `texts_by(:person, ${id})`);
const itemTexts = 'texts_by(:person, assignment_id)';
const answered = "(answer #>> '{body,id}')::uuid";

const answeredTexts = `job_texts_by(:person, ${answered})`;

const jobTexts = ['title', 'description', 'location_label', 'reference'];

/**
 * All texts of people in this database: those on a person's own jobs and assignments, and those
 * that they wrote on the assignments of others, as ops. A new column with such texts belongs here
 * and in docs/privacy.md.
 */
export const personalTexts: readonly ErasureTarget[] = [
  {
    table: 'job',
    key: 'id',
    where: `customer_id = :person and (${jobTexts.map(hasText).join(' or ')} or metadata <> '{}'
      or location_latitude is not null)`,
    // Coordinates say where a person lives, as a label does.
    set: `${jobTexts.map(withoutText).join(', ')}, metadata = '{}', location_latitude = null, location_longitude = null`,
  },
  {
    table: 'job',
    key: 'id',
    where: `id in (${wroteOn}) and array[${jobTexts}] && job_texts_by(:person, id)`,
    set: jobTexts.map((column) => chosenFrom(column, 'job_texts_by(:person, id)')).join(', '),
  },
  {
    table: 'assignment',
    key: 'id',
    where: `(${own}) and (${hasText('schedule_notes')} or ${hasText('reject_reason')})`,
    set: `${withoutText('schedule_notes')}, ${withoutText('reject_reason')}`,
    // Commands lock the assignment and read the title of its job.
    waitFor: `select count(*) from (select from assignment where ${own} for share) as locked`,
  },
  {
    table: 'assignment',
    key: 'id',
    where: `id in (${actedOn}) and array[schedule_notes, reject_reason] && texts_by(:person, id)`,
    set: `${chosen('schedule_notes', 'id')}, ${chosen('reject_reason', 'id')}`,
  },
  ...sharedTargets,
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
    table: 'idempotency_key',
    key: 'caller_id, key',
    where: `caller_id <> :person and answer #>> '{body,id}' = any (array(${wroteOn})::text[])
      and erase_texts(answer, ${answeredTexts}) <> answer`,
    set: `answer = erase_texts(answer, ${answeredTexts}), answer_text = null`,
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
    // Later items that repeat the person's texts are found by these texts, so they go first.
    order: 'assignment_id, version desc',
  },
  {
    // Last, because copies are found by it.
    table: 'job_text',
    key: 'ctid',
    where: `(person_id = :person or job_id in (select id from job where customer_id = :person)) and ${hasText('text')}`,
    set: withoutText('text'),
  },
];
