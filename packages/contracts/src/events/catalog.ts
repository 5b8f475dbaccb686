import { z } from 'zod';
import type { DataOf, EventOf } from './define-event.ts';
import { payoutApproved } from './payout-approved.ts';
import { payoutAwaitingApproval } from './payout-awaiting-approval.ts';
import { payoutBlocked } from './payout-blocked.ts';
import { payoutPaid } from './payout-paid.ts';
import { payoutPending } from './payout-pending.ts';
import { personErased } from './person-erased.ts';
import { reminderDue } from './reminder-due.ts';
import { reminderOverdue } from './reminder-overdue.ts';
import { reminderQueued } from './reminder-queued.ts';
import { reminderSuppressed } from './reminder-suppressed.ts';
import { scheduleAssigned } from './schedule-assigned.ts';
import { scheduleCancelled } from './schedule-cancelled.ts';
import { scheduleCompleted } from './schedule-completed.ts';
import { scheduleConfirmed } from './schedule-confirmed.ts';
import { scheduleDisputed } from './schedule-disputed.ts';
import { scheduleExpired } from './schedule-expired.ts';
import { scheduleProposed } from './schedule-proposed.ts';
import { scheduleRejected } from './schedule-rejected.ts';

export const scheduleEvents = {
  'schedule.assigned': scheduleAssigned,
  'schedule.proposed': scheduleProposed,
  'schedule.confirmed': scheduleConfirmed,
  'schedule.rejected': scheduleRejected,
  'schedule.cancelled': scheduleCancelled,
  'schedule.expired': scheduleExpired,
  'schedule.completed': scheduleCompleted,
  'schedule.disputed': scheduleDisputed,
} as const;

export const reminderEvents = {
  'reminder.queued': reminderQueued,
  'reminder.due': reminderDue,
  'reminder.overdue': reminderOverdue,
  'reminder.suppressed': reminderSuppressed,
} as const;

export const payoutEvents = {
  'payout.pending': payoutPending,
  'payout.awaiting_approval': payoutAwaitingApproval,
  'payout.approved': payoutApproved,
  'payout.paid': payoutPaid,
  'payout.blocked': payoutBlocked,
} as const;

const assignmentEvents = { ...scheduleEvents, ...reminderEvents, ...payoutEvents } as const;

export const personEvents = { 'person.erased': personErased } as const;

/** Every event of Punctual, by its type. */
export const allEvents = { ...assignmentEvents, ...personEvents } as const;

type Values<R> = R[keyof R];

export type ScheduleEventType = keyof typeof scheduleEvents;
export type ReminderEventType = keyof typeof reminderEvents;
export type PayoutEventType = keyof typeof payoutEvents;
/** Of the events of an assignment. */
export type EventType = keyof typeof assignmentEvents;
export const EventType = z
  .enum(Object.keys(assignmentEvents) as EventType[])
  .meta({ id: 'EventType', description: 'Type of an event, and its NATS subject' });

/** Unions that `switch (event.type)` tells apart. */
export type ScheduleEvent = EventOf<Values<typeof scheduleEvents>>;
export type ReminderEvent = EventOf<Values<typeof reminderEvents>>;
export type PersonEvent = EventOf<Values<typeof personEvents>>;
export type PayoutEvent = EventOf<Values<typeof payoutEvents>>;
export type AnyEvent = EventOf<Values<typeof allEvents>>;

export type ScheduleEventData = DataOf<Values<typeof scheduleEvents>>;
export type ReminderEventData = DataOf<Values<typeof reminderEvents>>;
export type PayoutEventData = DataOf<Values<typeof payoutEvents>>;
