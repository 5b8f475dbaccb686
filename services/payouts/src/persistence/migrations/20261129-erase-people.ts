import { Migration } from '@mikro-orm/migrations';
import { erasureTable } from '@punctual/chassis/postgres';

/**
 * Records of erasures, and the one way past the guards: a text may become `[erased]`, and nothing
 * else may change with it. Instances of the previous release go on working; the two sides of an
 * assignment, which they do not keep, come from its payout.
 */
export class ErasePeople extends Migration {
  override name = '20261129-erase-people';

  override up(): void {
    for (const statement of erasureTable) this.addSql(statement);
    this.addSql('alter table assignment_view add column customer_id uuid, add column provider_id uuid');
    this.addSql(`
      update assignment_view v set customer_id = p.customer_id, provider_id = p.provider_id
        from payout p where p.assignment_id = v.assignment_id`);
    // What a person wrote on a payout: also later items and events repeat it.
    this.addSql(`
      create function texts_by(person uuid, on_payout uuid) returns text[] language sql stable as $$
        select coalesce(array_agg(distinct written), '{}')
          from payout_timeline item, unnest(array[reason] || array(
            select hold #>> '{}' from jsonb_path_query(after, '$.holds[*] ? (@.by == $id).reason',
              jsonb_build_object('id', person)) as hold)) as written
          where item.payout_id = on_payout and item.actor ->> 'id' = person::text and written <> '[erased]' $$`);
    this.openGuards();
  }

  private openGuards(): void {
    this.addSql(`
      create function becomes_erased(was jsonb, becomes jsonb) returns boolean language sql immutable as $$
        select case
          when becomes = was then true
          when becomes = '"[erased]"' then jsonb_typeof(was) = 'string'
          when jsonb_typeof(was) = 'object'
            then (select bool_and(becomes_erased(part, becomes -> name)) from jsonb_each(was) as member (name, part))
          when jsonb_typeof(was) = 'array'
            then (select bool_and(becomes_erased(part, becomes -> (place - 1)::int))
              from jsonb_array_elements(was) with ordinality as element (part, place))
          else false
        end $$`);
    this.addSql(`
      create function only_erases(was jsonb, becomes jsonb) returns boolean language sql immutable as $$
        select was <> becomes and erase_texts(was) = erase_texts(becomes) and becomes_erased(was, becomes) $$`);
    // Of a payout, its columns by the names that its texts have elsewhere.
    this.addSql(`
      create function payout_texts(p payout) returns jsonb language sql immutable as $$
        select to_jsonb(p) - 'blocked_because' - 'payment_reference'
          || jsonb_build_object('blockedBecause', p.blocked_because, 'paymentReference', p.payment_reference) $$`);
    const erasesPayout = 'only_erases(payout_texts(old), payout_texts(new))';
    const erasesRow = 'only_erases(to_jsonb(old), to_jsonb(new))';
    this.addSql('drop trigger guard on payout');
    this.addSql(`
      create trigger guard before update on payout for each row when (not ${erasesPayout}) execute function guard_payout()`);
    this.addSql('drop trigger keep_holds_of_change on payout');
    this.addSql(`
      create constraint trigger keep_holds_of_change after update on payout deferrable initially deferred for each row
        when ((new.status = 'BLOCKED' or old.status = 'BLOCKED') and not ${erasesPayout})
        execute function keep_payout_holds()`);
    this.addSql('drop trigger guard on payout_hold');
    this.addSql(`
      create trigger guard before update on payout_hold for each row when (not ${erasesRow}) execute function guard_hold()`);
    this.addSql('drop trigger append_only on payout_timeline');
    this.addSql(`
      create trigger append_only before delete or truncate on payout_timeline
        for each statement execute function refuse_change()`);
    this.addSql(`
      create trigger guard before update on payout_timeline for each row
        when (not ${erasesRow}) execute function refuse_change()`);
  }
}
