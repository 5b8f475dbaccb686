import type { AssignmentStatus, PayoutStatus } from '@punctual/contracts';
import { z } from 'zod';
import type { ClientOperation } from '../history/client-operation.ts';
import type { FeedSession } from '../history/feed-session.ts';
import type { Anomaly } from '../history/linearizability.ts';
import type { AcceptedCommand } from '../load/journey.ts';
import type { StoredMessage } from '../network/nats-peer.ts';
import { type Event, readEvent } from '../network/read-event.ts';
import type { DrillStack } from '../stack/drill-stack.ts';
import type { Loss } from '../stack/loss.ts';
import type { ObservedStack } from '../stack/quiesce.ts';

export type ObservedOutboxRow = {
  id: string;
  aggregateId: string;
  aggregateVersion: number;
  type: string;
  payload: string;
};
export type TimelineRow = { id: string; version: number; type: string; at: Date; status: string | null };
export type Effect = { consumer: string; eventId: string };

/** An event on a stream. */
export type Message = StoredMessage & { event: Event };

/** The tables that both PostgreSQL services have. */
export type ServiceTables = {
  outbox: ObservedOutboxRow[];
  timeline: TimelineRow[];
  inbox: Effect[];
  effects: Effect[];
  /** The events on the stream that the database forgot and has dealt with. */
  withdrawn: ReadonlySet<string>;
};

/** The contents of the databases and the streams once the stack is idle. */
export type ObservedState = {
  /** From all drills on this stack. */
  accepted: readonly AcceptedCommand[];
  scheduling: ServiceTables & {
    assignments: {
      id: string;
      status: AssignmentStatus;
      version: number;
      payoutStatus: PayoutStatus | null;
      payoutVersion: number;
    }[];
    /** Pairs of confirmed windows of one provider that overlap. */
    overlaps: { one: string; other: string; providerId: string }[];
  };
  payouts: ServiceTables & {
    payouts: { id: string; assignmentId: string; status: PayoutStatus; version: number }[];
    views: { assignmentId: string; version: number; status: AssignmentStatus }[];
  };
  reminders: { records: ReminderRecord[]; ledger: LedgerRow[] };
  streams: Record<'SCHEDULE' | 'REMINDER' | 'PAYOUT', Message[]>;
  /** Messages without a readable event. */
  malformed: StoredMessage[];
  deadLetters: {
    consumer: string;
    stream: string;
    sequence: number;
    eventId: string | undefined;
    reason: string;
  }[];
  consumers: { name: string; stream: string; pending: number; unacknowledged: number }[];
  /** Assignments without version 0, which scheduling 1.0 did not write. Only where it ran. */
  createdBy10: ReadonlySet<string>;
  /** What the clients of one drill were answered; nothing where nobody recorded it. */
  clients: ObservedClients;
  /** Whether the numbers of reminders may be out of order, since their stream was refilled. */
  isReminderRefilled: boolean;
  /** Commits that databases forgot. */
  losses: readonly Loss[];
};

export type ObservedClients = {
  operations: readonly ClientOperation[];
  /** The verdict of the checker on the operations. */
  anomalies: readonly Anomaly[];
  /** What clients received from the live feed. */
  feeds: readonly FeedSession[];
};

const ReminderRecord = z.looseObject({
  _id: z.string(),
  version: z.number(),
  sequence: z.number(),
  outbox: z.array(z.unknown()),
});
type ReminderRecord = z.infer<typeof ReminderRecord>;
const LedgerRow = z.looseObject({
  _id: z.string(),
  assignmentId: z.string(),
  scheduleVersion: z.number(),
  state: z.enum(['PLANNED', 'SENDING', 'SENT', 'OVERDUE', 'SUPPRESSED']),
});
type LedgerRow = z.infer<typeof LedgerRow>;

export async function readObservedState(
  stack: ObservedStack,
  accepted: readonly AcceptedCommand[],
): Promise<ObservedState> {
  const { peer, databases, mongo } = stack;
  const stored = await Promise.all([peer.read('SCHEDULE'), peer.read('REMINDER'), peer.read('PAYOUT')]);
  const parsed = stored.map((messages) => messages.map((message) => ({ message, event: readEvent(message.text) })));
  const events = parsed.map((each) => each.flatMap(({ message, event }) => (event ? [{ ...message, event }] : [])));
  const [schedule = [], reminder = [], payout = []] = events;
  const db = mongo.db();
  return {
    accepted,
    createdBy10: new Set(),
    clients: { operations: [], anomalies: [], feeds: [] },
    isReminderRefilled: false,
    losses: [],
    scheduling: {
      ...(await readServiceTables(databases.scheduling, 'assignment_timeline', 'assignment_id')),
      assignments: await rows(
        databases.scheduling,
        `select id, status, schedule_version as version, payout_status as "payoutStatus", payout_version as "payoutVersion"
          from assignment`,
      ),
      overlaps: await rows(
        databases.scheduling,
        `select a.id as one, b.id as other, a.provider_id as "providerId" from assignment a join assignment b
          on a.provider_id = b.provider_id and a.id < b.id and a.status = 'CONFIRMED' and b.status = 'CONFIRMED'
            and tstzrange(a.scheduled_start, a.scheduled_end, '[)') && tstzrange(b.scheduled_start, b.scheduled_end, '[)')`,
      ),
    },
    payouts: {
      ...(await readServiceTables(databases.payouts, 'payout_timeline', 'payout_id')),
      payouts: await rows(databases.payouts, 'select id, assignment_id as "assignmentId", status, version from payout'),
      views: await rows(
        databases.payouts,
        'select assignment_id as "assignmentId", version, status from assignment_view where version > 0',
      ),
    },
    reminders: {
      records: z.array(ReminderRecord).parse(await db.collection('assignments').find().toArray()),
      ledger: z.array(LedgerRow).parse(await db.collection('reminders').find().toArray()),
    },
    streams: { SCHEDULE: schedule, REMINDER: reminder, PAYOUT: payout },
    malformed: parsed.flat().flatMap(({ message, event }) => (event ? [] : [message])),
    deadLetters: (await peer.read('DLQ')).map(({ headers, text }) => ({
      consumer: headers?.get('Dlq-Consumer') ?? '',
      stream: headers?.get('Dlq-Stream') ?? '',
      sequence: Number(headers?.get('Dlq-Sequence')),
      eventId: readEvent(text)?.id,
      reason: headers?.get('Dlq-Reason') ?? '',
    })),
    consumers: (await peer.consumers()).map(({ name, stream_name, num_pending, num_ack_pending }) => ({
      name,
      stream: stream_name,
      pending: num_pending,
      unacknowledged: num_ack_pending,
    })),
  };
}

async function readServiceTables(
  pool: DrillStack['databases']['scheduling'],
  timeline: string,
  id: string,
): Promise<ServiceTables> {
  return {
    outbox: await rows(
      pool,
      `select id, aggregate_id as "aggregateId", aggregate_version as "aggregateVersion", type, payload from outbox`,
    ),
    timeline: await rows(
      pool,
      `select ${id} as id, version, type, at, after->>'status' as status from ${timeline} order by ${id}, version`,
    ),
    inbox: await rows(pool, 'select consumer, event_id as "eventId" from inbox'),
    effects: await rows(pool, 'select consumer, event_id as "eventId" from drill_effect'),
    withdrawn: await readWithdrawn(pool),
  };
}

/** Nothing in a database of a release that has no such table. */
async function readWithdrawn(pool: DrillStack['databases']['scheduling']): Promise<ReadonlySet<string>> {
  const [found] = await rows<{ name: string | null }>(pool, `select to_regclass('withdrawn_event')::text as name`);
  if (!found?.name) return new Set();
  return new Set((await rows<{ id: string }>(pool, 'select id from withdrawn_event')).map(({ id }) => id));
}

async function rows<Row extends object>(pool: DrillStack['databases']['scheduling'], sql: string): Promise<Row[]> {
  return (await pool.query<Row>(sql)).rows;
}
