import type { Invariant } from '../invariants/index.ts';
import type { Replacement } from '../replacement.ts';

/** One guard that is taken out, the drill that must then fail, and the invariant that must say so. */
export type Sabotage = {
  guard: string;
  drill: string;
  caughtBy: Invariant;
  /** Seeds that are tried until it is caught: a race does not always go wrong. */
  seeds: number;
} & (
  | { /** A line of the product as every process loads it. */ replace: Replacement }
  | { /** On scheduling's or payouts' own database. */ database: 'scheduling' | 'payouts'; sql: string }
);

/** An inbox that forgets with the commit, however the product writes to it. */
const forgetfulInbox = `
  create function drill_forget() returns trigger language plpgsql as $$
    begin
      delete from inbox where consumer = new.consumer and event_id = new.event_id;
      return null;
    end $$;
  create constraint trigger drill_forget after insert on inbox deferrable initially deferred
    for each row execute function drill_forget()`;

export const sabotages: readonly Sabotage[] = [
  {
    guard: 'inbox',
    drill: 'ten-times-shuffled',
    caughtBy: 'I4',
    seeds: 2,
    database: 'payouts',
    sql: forgetfulInbox,
  },
  {
    guard: 'unique-index-of-the-outbox',
    drill: 'second-event',
    caughtBy: 'I3',
    seeds: 2,
    database: 'scheduling',
    sql: 'alter table outbox drop constraint outbox_aggregate_id_aggregate_version_key',
  },
  {
    guard: 'version-guard',
    drill: 'ten-times-shuffled',
    caughtBy: 'I8',
    seeds: 2,
    replace: {
      file: 'services/reminders/src/domain/assignment.ts',
      line: 'if (record !== undefined && record.version >= version) return undefined;',
      by: '',
    },
  },
  {
    guard: 'current-version-at-sending',
    drill: 'cancel-racing-due',
    caughtBy: 'I7',
    seeds: 3,
    replace: {
      file: 'services/reminders/src/persistence/assignments.ts',
      line: ', version: scheduleVersion, open: kind },',
      by: ' },',
    },
  },
  {
    guard: 'outbox-order',
    drill: 'nats-stop-20s',
    caughtBy: 'I3',
    seeds: 3,
    replace: {
      file: 'packages/chassis/src/outbox/rows.ts',
      line: 'order by position limit',
      by: 'order by position desc limit',
    },
  },
  {
    guard: 'exclusion-constraint',
    drill: 'contested-windows',
    caughtBy: 'I5',
    seeds: 3,
    database: 'scheduling',
    sql: 'alter table assignment drop constraint assignment_no_double_booking',
  },
  {
    guard: 'ack-after-commit',
    drill: 'kill-consumer-before-commit',
    caughtBy: 'I8',
    seeds: 3,
    replace: {
      file: 'packages/chassis/src/nats/handle-batch.ts',
      line: "await failpoint('before-handle');",
      by: 'for (const { message } of batch) message.ack();',
    },
  },
];
