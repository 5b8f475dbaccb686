import { erasedText, personalNumbers, personalTexts } from '@punctual/contracts';

const quoted = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ');

/**
 * Creates `erase_texts`, which replaces the texts of people in JSON as `eraseTexts` of the
 * contracts does; with `chosen`, only these texts. Guards of append-only tables allow exactly this
 * change. For a later migration, and again for another one when `personalTexts` grows.
 */
export const eraseTextsFunction = `
  create or replace function erase_texts(value jsonb, chosen text[] default null) returns jsonb
    language sql immutable parallel safe as $$
    select case jsonb_typeof(value)
      when 'object' then (
        select coalesce(jsonb_object_agg(name, case
            when name = 'metadata' and jsonb_typeof(part) = 'object' and chosen is null then '{}'
            when name in (${quoted(personalNumbers)}) and jsonb_typeof(part) = 'number' and chosen is null then 'null'
            when name in (${quoted(personalTexts)}) and jsonb_typeof(part) = 'string'
              then case when chosen is null or part #>> '{}' = any (chosen) then '"${erasedText}"' else part end
            else erase_texts(part, chosen)
          end), '{}') from jsonb_each(value) as member (name, part))
      when 'array' then (
        select coalesce(jsonb_agg(erase_texts(part, chosen) order by place), '[]')
          from jsonb_array_elements(value) with ordinality as element (part, place))
      else value
    end $$`;

/**
 * The append-only erasures of people: who requested each, when and why, and the number of rows that
 * it changed, by table.
 */
export const erasureTable: readonly string[] = [
  eraseTextsFunction,
  // Whose customer or provider the person is, at any depth.
  `create function concerns_person(value jsonb, person uuid) returns boolean language sql immutable parallel safe as $$
    select jsonb_path_exists(value, '$.** ? (@.customerId == $id || @.providerId == $id)',
      jsonb_build_object('id', person)) $$`,
  `create table erasure (
    person_id uuid not null,
    number int not null check (number > 0),
    at timestamptz(3) not null,
    requested_by uuid,
    reason text,
    counts jsonb not null default '{}',
    finished_at timestamptz(3),
    primary key (person_id, number)
  )`,
  'create index erasure_unfinished on erasure (at) where finished_at is null',
  `create function guard_erasure() returns trigger language plpgsql as $$
    begin
      if tg_op <> 'UPDATE' or old.finished_at is not null
        or to_jsonb(new) - 'counts' - 'finished_at' <> to_jsonb(old) - 'counts' - 'finished_at' then
        raise exception 'the record of an erasure is append-only' using errcode = 'check_violation';
      end if;
      return new;
    end $$`,
  'create trigger guard before update or delete on erasure for each row execute function guard_erasure()',
  `create trigger keep before truncate on erasure for each statement execute function guard_erasure()`,
];
