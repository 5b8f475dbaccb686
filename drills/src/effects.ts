import type pg from 'pg';

/**
 * Counts beside the product how often a consumer took an event as new: a row for each committed entry into the inbox, which the inbox's
 * own key cannot make one out of two.
 */
export async function watchEffects(pool: pg.Pool): Promise<void> {
  await pool.query(`
    create table drill_effect (consumer text not null, event_id uuid not null);
    create function drill_note_effect() returns trigger language plpgsql as $$
      begin
        insert into drill_effect values (new.consumer, new.event_id);
        return null;
      end $$;
    create trigger drill_effect after insert on inbox for each row execute function drill_note_effect();
  `);
}
