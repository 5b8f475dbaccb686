import type { Caller } from '@punctual/chassis';
import type { CloudEvent, PayoutEvent, ReminderEvent, ScheduleEvent, Uuid } from '@punctual/contracts';
import type { Change } from './change.ts';

type Parties = { customerId: Uuid; providerId: Uuid };

/** Roles that see every assignment and every payout. */
export function isOverseer({ roles }: Caller): boolean {
  return roles.includes('finance') || roles.includes('ops');
}

/** Whether the caller may read the assignment, as scheduling decides it: its parties never change. */
export function seesAssignment(caller: Caller, parties: Parties): boolean {
  return isOverseer(caller) || isCustomer(caller, parties) || isProvider(caller, parties);
}

/** Whether the caller may read the payout, as payouts decides it. */
export function seesPayout(caller: Caller, parties: Parties): boolean {
  return isOverseer(caller) || isProvider(caller, parties);
}

/** Shows an event of a visible assignment without the parts that no single read gives the caller. */
export function presentTo(caller: Caller, { stream, event }: Change): CloudEvent {
  if (stream === 'PAYOUT') return seesPayout(caller, event.data) ? event : reduced(event);
  return isOverseer(caller) || isCustomer(caller, event.data) ? event : withoutNextProvider(event);
}

function isCustomer({ id, roles }: Caller, { customerId }: Parties): boolean {
  return roles.includes('customer') && id === customerId;
}

function isProvider({ id, roles }: Caller, { providerId }: Parties): boolean {
  return roles.includes('provider') && id === providerId;
}

/** The part of a payout that its customer may know (api.md). */
function reduced({ data, ...envelope }: PayoutEvent): CloudEvent {
  const { payoutId, assignmentId, jobId, customerId, providerId, version, status } = data;
  return { ...envelope, data: { payoutId, assignmentId, jobId, customerId, providerId, version, status } };
}

/** A released provider may read neither the next assignment nor the queue of the job. */
function withoutNextProvider(event: ScheduleEvent | ReminderEvent): CloudEvent {
  return event.type === 'schedule.rejected' ? { ...event, data: { ...event.data, nextProviderId: null } } : event;
}
