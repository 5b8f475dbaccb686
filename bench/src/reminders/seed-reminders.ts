import { randomUUID } from 'node:crypto';
import type { Collection, Db } from 'mongodb';

const hourMs = 3_600_000;
const batchSize = 1_000;

type Row = { _id: string; [field: string]: unknown };

/**
 * The document of a confirmed assignment with a planned one-hour reminder, as the service writes
 * it.
 */
export async function seedPlanned(
  db: Db,
  { count, dueAt }: { count: number; dueAt: (index: number) => Date },
): Promise<void> {
  const assignments: Collection<Row> = db.collection('assignments');
  const ledger: Collection<Row> = db.collection('reminders');
  for (let from = 0; from < count; from += batchSize) {
    const seeded = Array.from({ length: Math.min(batchSize, count - from) }, (_, index) =>
      planned(dueAt(from + index)),
    );
    await Promise.all([
      assignments.insertMany(
        seeded.map(({ record }) => record),
        { ordered: false },
      ),
      ledger.insertMany(
        seeded.map(({ row }) => row),
        { ordered: false },
      ),
    ]);
  }
}

function planned(dueAt: Date): { record: Row; row: Row } {
  const assignmentId = randomUUID();
  const start = new Date(dueAt.getTime() + hourMs).toISOString();
  const end = new Date(dueAt.getTime() + 2 * hourMs).toISOString();
  const version = 2;
  const kind = 'upcoming-1h';
  const record = {
    _id: assignmentId,
    customerId: randomUUID(),
    providerId: randomUUID(),
    link: `https://app.punctual.example/assignments/${assignmentId}`,
    version,
    lastEvent: 'schedule.confirmed',
    proposedBy: 'CUSTOMER',
    open: [kind],
    overdue: [],
    sequence: 2,
    outbox: [],
  };
  const row = {
    _id: `${assignmentId}:${version}:${kind}`,
    assignmentId,
    scheduleVersion: version,
    kind,
    state: 'PLANNED',
    suppressedBecause: null,
    dueAt,
    sendAt: dueAt,
    deadline: new Date(start),
    sentAt: null,
    overdue: false,
    audience: ['CUSTOMER', 'PROVIDER'],
    window: {
      start,
      end,
      timezone: 'Etc/UTC',
      localStart: start.replace('Z', '+00:00'),
      localEnd: end.replace('Z', '+00:00'),
    },
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00',
    claim: null,
  };
  return { record, row };
}
