import type pg from 'pg';

/**
 * Adds a trigger that records each committed insert into the inbox. The inbox's own key would hide
 * a second effect; this table has no key.
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
