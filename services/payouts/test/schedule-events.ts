import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { makeEvent, type ScheduleEvent, type ScheduleEventType, scheduleEvents } from '@punctual/contracts';

/** Whose assignment the events of a test are about. */
export type Parties = { assignmentId: string; jobId: string; customerId: string; providerId: string };

export function newParties(): Parties {
  return { assignmentId: randomUUIDv7(), jobId: randomUUIDv7(), customerId: randomUUID(), providerId: randomUUID() };
}

/**
 * A valid event as scheduling would publish it: the contract's example, with what the test says
 * instead.
 */
export function scheduleEvent(type: ScheduleEventType, version: number, data: object): ScheduleEvent {
  const full = { ...scheduleEvents[type].example.data, ...data, scheduleVersion: version };
  return makeEvent({
    id: randomUUIDv7(),
    type,
    // Later versions are of later moments.
    time: new Date(Date.now() + version).toISOString(),
    sequence: version,
    assignmentId: full.assignmentId,
    data: full,
  });
}

/** What may happen to an assignment in each status (design §3), as events. */
const steps = {
  propose: { type: 'schedule.proposed', data: { status: 'PROPOSED' } },
  confirm: { type: 'schedule.confirmed', data: { status: 'CONFIRMED' } },
  expire: { type: 'schedule.expired', data: { status: 'UNSCHEDULED' } },
  rejectWindow: {
    type: 'schedule.rejected',
    data: { status: 'UNSCHEDULED', outcome: 'WINDOW_REJECTED', nextAssignmentId: null, reason: 'Another day' },
  },
  decline: {
    type: 'schedule.rejected',
    data: { status: 'DECLINED', outcome: 'QUOTES_REOPENED', nextAssignmentId: null, reason: 'Booked elsewhere' },
  },
  cancel: { type: 'schedule.cancelled', data: { status: 'CANCELLED', reason: 'Not needed any more' } },
  complete: { type: 'schedule.completed', data: { status: 'COMPLETED' } },
  dispute: { type: 'schedule.disputed', data: { kind: 'NO_SHOW', reason: 'Nobody came' } },
} as const satisfies Record<string, { type: ScheduleEventType; data: object }>;

export type ScheduleStep = keyof typeof steps;

const possible: Record<string, readonly ScheduleStep[]> = {
  UNSCHEDULED: ['propose', 'decline', 'cancel'],
  PROPOSED: ['confirm', 'propose', 'rejectWindow', 'expire', 'decline', 'cancel'],
  CONFIRMED: ['complete', 'propose', 'rejectWindow', 'dispute', 'decline', 'cancel'],
  COMPLETED: ['dispute'],
  DECLINED: [],
  CANCELLED: [],
};

/** The events of these steps, one version after another. */
export function history(
  taken: readonly ScheduleStep[],
  data: Partial<Parties> & { price?: object } = {},
): ScheduleEvent[] {
  let status = 'UNSCHEDULED';
  return taken.map((step, index) => {
    const { type, data: own } = steps[step];
    status = 'status' in own ? own.status : status;
    return scheduleEvent(type, index + 1, { ...own, ...data, status });
  });
}

/** A walk that scheduling allows: each number picks one of the steps that are possible then. */
export function legalSteps(picks: readonly number[]): ScheduleStep[] {
  const taken: ScheduleStep[] = [];
  let status = 'UNSCHEDULED';
  for (const pick of picks) {
    const open = (possible[status] ?? []).filter((step) => step !== 'dispute' || !taken.includes('dispute'));
    const step = open[pick % open.length];
    if (!step) break;
    taken.push(step);
    const { data } = steps[step];
    status = 'status' in data ? data.status : status;
  }
  return taken;
}
