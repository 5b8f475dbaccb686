import type { Violation } from '../invariants/index.ts';
import type { Replacement } from './replacement.ts';

/** A guard to remove, the drill that must then fail, and the invariant that must catch it. */
export type GuardMutation = {
  guard: string;
  /** One line for `--list` and the README. */
  what: string;
  drill: string;
  caughtBy: Violation['invariant'];
  /** How many seeds to try, because a race does not go wrong every time. */
  seeds: number;
} & (
  | { /** Changes a line of the product in every process that loads it. */ replace: Replacement }
  | { /** Changes the database of scheduling or payouts. */ database: 'scheduling' | 'payouts'; sql: string }
);

/** Deletes each inbox row at COMMIT, whatever statement wrote it. */
const forgetfulInbox = `
  create function drill_forget() returns trigger language plpgsql as $$
    begin
      delete from inbox where consumer = new.consumer and event_id = new.event_id;
      return null;
    end $$;
  create constraint trigger drill_forget after insert on inbox deferrable initially deferred
    for each row execute function drill_forget()`;

export const mutations: readonly GuardMutation[] = [
  {
    guard: 'inbox',
    what: 'a trigger deletes each inbox row at COMMIT',
    drill: 'ten-times-shuffled',
    caughtBy: 'I4',
    seeds: 2,
    database: 'payouts',
    sql: forgetfulInbox,
  },
  {
    guard: 'unique-index-of-the-outbox',
    what: 'the constraint is dropped',
    drill: 'second-event',
    caughtBy: 'I3',
    seeds: 2,
    database: 'scheduling',
    sql: 'alter table outbox drop constraint outbox_aggregate_id_aggregate_version_key',
  },
  {
    guard: 'version-guard',
    what: 'reminders takes an older version of an assignment for a newer one',
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
    what: 'reminders sends without checking the current version',
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
    what: 'the relay reads the youngest row first',
    drill: 'nats-stop-20s',
    caughtBy: 'I3',
    seeds: 3,
    replace: {
      file: 'packages/chassis/src/postgres/outbox/rows.ts',
      line: 'order by position limit',
      by: 'order by position desc limit',
    },
  },
  {
    guard: 'exclusion-constraint',
    what: 'the constraint is dropped',
    drill: 'contested-windows',
    caughtBy: 'I5',
    seeds: 3,
    database: 'scheduling',
    sql: 'alter table assignment drop constraint assignment_no_double_booking',
  },
  {
    guard: 'ack-after-commit',
    what: 'consumers acknowledge before they handle a message',
    drill: 'kill-consumer-before-commit',
    caughtBy: 'I8',
    seeds: 3,
    replace: {
      file: 'packages/chassis/src/nats/apply-batch.ts',
      line: "await failpoint('before-handle', () => distinct.map(({ event }) => event.id));",
      by: 'for (const { message } of batch) message.ack();',
    },
  },
  {
    guard: 'precondition',
    what: 'commands ignore `If-Match`, so that the second of two overwrites the first',
    drill: 'kill-gateway',
    caughtBy: 'I9',
    seeds: 2,
    replace: {
      file: 'packages/chassis/src/postgres/command/execute-command.ts',
      line: 'requireMatch(request, command.version(state), command.exists?.(state));',
      by: '',
    },
  },
  {
    guard: 'row-lock-of-a-command',
    what: 'commands do not lock their row, and the keys of timeline and outbox behind the lock are dropped',
    drill: 'kill-gateway',
    caughtBy: 'I9',
    seeds: 2,
    replace: {
      file: 'packages/chassis/src/postgres/command/execute-command.ts',
      line: '} for update`,',
      by: '}`,',
    },
    database: 'scheduling',
    sql: `alter table assignment_timeline drop constraint assignment_timeline_pkey;
      alter table outbox drop constraint outbox_aggregate_id_aggregate_version_key`,
  },
  {
    guard: 'reads-from-the-database',
    what: 'scheduling answers reads of an assignment from a cache of 300 ms',
    drill: 'kill-gateway',
    caughtBy: 'I9',
    seeds: 2,
    replace: {
      file: 'services/scheduling/src/queries/get-assignment.ts',
      line: 'const found = await findAssignmentInSight(deps.database, id);',
      by: `globalThis.drillCache ??= new Map();
        const found = drillCache.get(id) ?? (await findAssignmentInSight(deps.database, id));
        drillCache.set(id, found);
        setTimeout(() => drillCache.delete(id), 300);`,
    },
  },
  {
    guard: 'lone-delivery',
    what: 'a message whose attempts had no answer keeps its neighbours',
    drill: 'event-kills-consumer',
    caughtBy: 'general',
    seeds: 1,
    replace: {
      file: 'packages/chassis/src/nats/handle-messages.ts',
      line: 'const isSuspect = (message: Delivery) => found.has(messageKey(message));',
      by: 'const isSuspect = (_: Delivery) => false;',
    },
  },
  {
    guard: 'position-in-the-feed',
    what: 'the gateway resumes the live feed one message too late',
    drill: 'kill-gateway',
    caughtBy: 'I12',
    seeds: 2,
    replace: {
      file: 'services/gateway/src/changes/change-feed.ts',
      line: 'const after = streamCreatedAt === end.streamCreatedAt ? sequence : 0;',
      by: 'const after = streamCreatedAt === end.streamCreatedAt ? sequence + 1 : 0;',
    },
  },
  {
    guard: 'contradiction-check',
    what: 'consumers acknowledge another event for a version that they know',
    drill: 'contradiction',
    caughtBy: 'I2',
    seeds: 1,
    replace: {
      file: 'packages/chassis/src/domain/event-ids.ts',
      line: 'if (known === undefined || known === id) return undefined;',
      by: 'return undefined;',
    },
  },
  {
    guard: 'tail-check',
    what: 'an outbox takes every stream for one that lost nothing',
    drill: 'nats-power-loss',
    caughtBy: 'I1',
    seeds: 3,
    replace: {
      file: 'packages/chassis/src/postgres/outbox/compare-with-stream.ts',
      line: 'await markUnpublished(session, lost);',
      by: '',
    },
  },
  {
    guard: 'restore-check',
    what: 'a service takes every database for one that is as new as its stream',
    drill: 'scheduling-restored',
    caughtBy: 'general',
    seeds: 1,
    replace: {
      file: 'packages/chassis/src/postgres/restore/until-reconciled.ts',
      line: 'if (unknown.length > 0) await recordUnknown(session, stream, unknown);',
      by: '',
    },
  },
  {
    guard: 'lift-above-the-stream',
    what: 'the repair of a restored database uses versions again that the stream has',
    drill: 'scheduling-restored',
    caughtBy: 'I8',
    seeds: 2,
    replace: {
      file: 'services/scheduling/src/commands/lift-restored.ts',
      line: 'const version = streamVersion + changes.length + 1;',
      by: 'const version = assignment.scheduleVersion + 1;',
    },
  },
];
