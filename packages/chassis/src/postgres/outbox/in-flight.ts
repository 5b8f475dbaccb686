import type { Stored } from '../../nats/lost-events.ts';
import type { OutgoingEvent } from '../../nats/publisher.ts';
import type { OutboxRow } from './rows.ts';

export type InFlightDeps = {
  /** Resolves with the sequence in the stream. */
  publish(event: OutgoingEvent): Promise<number>;
  /**
   * Called right before each publish: an instance that was suspended and no longer leads must not
   * publish rows that it read before.
   */
  mayPublish(): boolean;
  onAccepted(aggregateId: string): void;
  /** A row was refused, or never answered for; the later ones of its aggregate are not tried. */
  onRefused(aggregateId: string, reason: unknown): void;
  /** What is acknowledged is worth a look: half of the rows are through, or all. */
  onProgress(): void;
};

/** The rows on their way to NATS: one at a time for each aggregate, many aggregates at once. */
export type InFlight = {
  start(rows: readonly OutboxRow[]): void;
  /** How many more rows may be started. */
  room(): number;
  /** Aggregates with rows under way, or acknowledged and not yet taken. */
  aggregates(): string[];
  /**
   * Returns the rows acknowledged since the last call. Their aggregates are free once these rows
   * are marked, or a statement that marks them was sent on the same connection.
   */
  takeAcknowledged(): Stored[];
  /** Resolves when nothing is under way any more. */
  settled(): Promise<unknown>;
};

const capacity = 1_000;

export function createInFlight(deps: InFlightDeps): InFlight {
  const busy = new Map<string, Promise<void>>();
  const done = new Set<string>();
  let acknowledged: Stored[] = [];
  let waiting = 0;

  const publishInOrder = async (aggregateId: string, rows: readonly OutboxRow[]) => {
    let left = rows.length;
    try {
      for (const { id, type, payload, traceparent } of rows) {
        if (!deps.mayPublish()) return;
        const event = { id, subject: type, payload, traceparent: traceparent ?? undefined };
        const sequence = await deps.publish(event);
        acknowledged.push({ id, sequence });
        deps.onAccepted(aggregateId);
        left -= 1;
        leave(1);
      }
    } catch (error) {
      deps.onRefused(aggregateId, error);
    } finally {
      done.add(aggregateId);
      leave(left);
    }
  };

  const leave = (rows: number) => {
    const before = waiting;
    waiting -= rows;
    const half = capacity / 2;
    if (waiting === 0 || (before > half && waiting <= half)) deps.onProgress();
  };

  return {
    start: (rows) => {
      waiting += rows.length;
      for (const [aggregateId, ofOne] of Map.groupBy(rows, (row) => row.aggregate_id)) {
        busy.set(aggregateId, publishInOrder(aggregateId, ofOne));
      }
    },
    room: () => capacity - waiting,
    aggregates: () => [...busy.keys()],
    takeAcknowledged: () => {
      for (const aggregateId of done) busy.delete(aggregateId);
      done.clear();
      const taken = acknowledged;
      acknowledged = [];
      return taken;
    },
    settled: () => Promise.all(busy.values()),
  };
}
