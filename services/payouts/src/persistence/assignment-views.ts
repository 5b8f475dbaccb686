import { insertRows, type Queryable, type Statement, updateRows } from '@punctual/chassis/postgres';
import { type AssignmentStatus, Hold } from '@punctual/contracts';
import { z } from 'zod';
import type { AssignmentView } from '../domain/assignment-view.ts';

export type ViewColumns = {
  assignment_id: string;
  customer_id: string | null;
  provider_id: string | null;
  version: number;
  status: AssignmentStatus;
  holds: unknown;
  ended_because: string | null;
  disputed_because: string | null;
  job_title: string | null;
  amount_minor: string | null;
  currency: string | null;
  withdrawn_event_ids: string[];
  event_ids: unknown;
};

/** The views that meet a condition; a lock may follow. */
export function selectViews([condition, parameters]: Statement): Statement {
  return [`select * from assignment_view where ${condition}`, parameters];
}

export function toView(row: ViewColumns): AssignmentView {
  return {
    assignmentId: row.assignment_id,
    customerId: row.customer_id,
    providerId: row.provider_id,
    version: row.version,
    status: row.status,
    holds: z.array(Hold).parse(row.holds),
    endedBecause: row.ended_because,
    disputedBecause: row.disputed_because,
    jobTitle: row.job_title,
    amountMinor: row.amount_minor === null ? null : Number(row.amount_minor),
    currency: row.currency,
    withdrawnEventIds: row.withdrawn_event_ids,
    eventIds: z.record(z.string(), z.string()).parse(row.event_ids),
  };
}

/** What is known of an assignment, if anything is. */
export async function findAssignmentView(
  database: Queryable,
  assignmentId: string,
): Promise<AssignmentView | undefined> {
  const [row] = await database.query<ViewColumns>(...selectViews(['assignment_id = ?', [assignmentId]]));
  return row && toView(row);
}

/**
 * The statements that save views. Known assignments must be locked. The insert of another one fails
 * if another instance was faster, and the transaction then runs again.
 */
export function saveViews(views: readonly AssignmentView[], isKnown: (assignmentId: string) => boolean): Statement[] {
  const { known = [], unknown = [] } = Object.groupBy(views, ({ assignmentId }) =>
    isKnown(assignmentId) ? 'known' : 'unknown',
  );
  // In one order, so that two instances never deadlock.
  const inserted = unknown.toSorted((a, b) => (a.assignmentId < b.assignmentId ? -1 : 1));
  return [...insertRows('assignment_view', inserted), ...updateRows('assignment_view', 'assignment_id', known)];
}
