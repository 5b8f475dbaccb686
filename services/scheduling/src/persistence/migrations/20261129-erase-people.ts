import { Migration } from '@mikro-orm/migrations';
import { erasureTable } from '@punctual/chassis/postgres';

/** Adds the records of erasures. Instances of the previous release ignore them. */
export class ErasePeople extends Migration {
  override name = '20261129-erase-people';

  override up(): void {
    for (const statement of erasureTable) this.addSql(statement);
    // The texts that a person wrote on an assignment in any role. Later items and events repeat
    // them.
    this.addSql(`
      create function texts_by(person uuid, on_assignment uuid) returns text[] language sql stable as $$
        select coalesce(array_agg(distinct written), '{}')
          from assignment_timeline item,
            unnest(array[reason, after ->> 'scheduleNotes', after ->> 'rejectReason']) as written
          where item.assignment_id = on_assignment and item.actor ->> 'id' = person::text
            and written <> '[erased]' $$`);
  }
}
