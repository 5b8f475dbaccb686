import { type ErasureTarget, hasText, sharedTargets, withoutText } from '@punctual/chassis/postgres';

const own = 'customer_id = :person or provider_id = :person';
const ownPayouts = `select id from payout where ${own}`;
/** Those of others on which the person did something. */
const actedOn = `select payout_id from payout_timeline join payout on payout.id = payout_id
  where actor ->> 'id' = :person and :person not in (customer_id, provider_id)`;
const itemTexts = 'texts_by(:person, payout_id)';
const eventPayout = "(payload::jsonb #>> '{data,payoutId}')::uuid";
const answeredPayout = "(answer ->> 'id')::uuid";

/** References that the payment provider made are no texts: the books are compared by them. */
const referenceOfPerson = `${hasText('payment_reference')} and not exists (
  select from payment_attempt a join payment_result r on r.attempt_id = a.id
    where a.payout_id = payout.id and r.reference = payment_reference)`;

const viewTexts = ['ended_because', 'disputed_because', 'job_title'];
const holdsBy = `array(select hold ->> 'reason' from jsonb_array_elements(holds) as hold where hold ->> 'by' = :person)`;

/**
 * All personal texts in this database. Texts about a person are on the payouts of their own jobs
 * and work; texts by a person are those that they wrote on other payouts, as finance or ops. A new
 * column with such texts belongs here and in docs/privacy.md.
 */
export const personalTexts: readonly ErasureTarget[] = [
  {
    table: 'assignment_view',
    key: 'assignment_id',
    where: `(${own}) and (${viewTexts.map(hasText).join(' or ')} or erase_texts(holds) <> holds)`,
    set: `${viewTexts.map(withoutText).join(', ')}, holds = erase_texts(holds)`,
  },
  {
    table: 'assignment_view',
    key: 'assignment_id',
    where: `(${own}) is not true and erase_texts(holds, ${holdsBy}) <> holds`,
    set: `ended_because = case when ended_because = any (${holdsBy}) then '[erased]' else ended_because end,
      disputed_because = case when disputed_because = any (${holdsBy}) then '[erased]' else disputed_because end,
      holds = erase_texts(holds, ${holdsBy})`,
  },
  {
    table: 'payout_hold',
    key: 'payout_id, id',
    where: `(payout_id in (${ownPayouts}) or by = :person) and ${hasText('reason')}`,
    set: withoutText('reason'),
  },
  {
    table: 'payout',
    key: 'id',
    where: `(${own}) and (${hasText('blocked_because')} or ${hasText('job_title')} or (${referenceOfPerson}))`,
    set: `${withoutText('blocked_because')}, ${withoutText('job_title')},
      payment_reference = case when ${referenceOfPerson} then '[erased]' else payment_reference end`,
  },
  {
    table: 'payout',
    key: 'id',
    where: `id in (${actedOn}) and blocked_because = any (texts_by(:person, id))`,
    set: withoutText('blocked_because'),
  },
  ...sharedTargets,
  {
    table: 'outbox',
    key: 'id',
    where: `${eventPayout} in (${actedOn}) and erase_texts(payload::jsonb, texts_by(:person, ${eventPayout})) <> payload::jsonb`,
    set: `payload = erase_texts(payload::jsonb, texts_by(:person, ${eventPayout}))::text`,
  },
  {
    table: 'idempotency_key',
    key: 'caller_id, key',
    where: `caller_id <> :person and answer ->> 'id' = any (array(${actedOn})::text[])
      and erase_texts(answer, texts_by(:person, ${answeredPayout})) <> answer`,
    set: `answer = erase_texts(answer, texts_by(:person, ${answeredPayout})), answer_text = null`,
  },
  {
    table: 'payout_timeline',
    key: 'payout_id, version',
    where: `payout_id in (${ownPayouts})
      and (${hasText('reason')} or erase_texts(before) <> before or erase_texts(after) <> after)`,
    set: `${withoutText('reason')}, before = erase_texts(before), after = erase_texts(after)`,
  },
  {
    table: 'payout_timeline',
    key: 'payout_id, version',
    where: `payout_id in (${actedOn}) and (reason = any (${itemTexts})
      or erase_texts(before, ${itemTexts}) <> before or erase_texts(after, ${itemTexts}) <> after)`,
    set: `reason = case when reason = any (${itemTexts}) then '[erased]' else reason end,
      before = erase_texts(before, ${itemTexts}), after = erase_texts(after, ${itemTexts})`,
    // What repeats the person's texts comes after them, and is found by them.
    order: 'payout_id, version desc',
  },
];
