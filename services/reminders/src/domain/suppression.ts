import type { ProposedBy, ScheduleEvent, SuppressedBecause } from '@punctual/contracts';
import { respondents } from './plan.ts';

/** The last applied schedule event, which the open reminders are about. */
export type Standing = { lastEvent: ScheduleEvent['type']; proposedBy: ProposedBy | null };

/** The events that change what reminders are about. An assignment begins without any. */
export type Trigger = Exclude<ScheduleEvent, { type: 'schedule.assigned' }>;

/** Why this event suppresses the reminders of an earlier version. */
export function suppressionReason(standing: Standing, event: Trigger): SuppressedBecause {
  switch (event.type) {
    case 'schedule.proposed':
      return isAnswer(standing, event.data.proposedBy) ? 'ANSWERED' : 'RESCHEDULED';
    case 'schedule.confirmed':
      return standing.lastEvent === 'schedule.proposed' ? 'ANSWERED' : 'RESCHEDULED';
    case 'schedule.rejected':
      return 'REJECTED';
    case 'schedule.cancelled':
      return 'CANCELLED';
    case 'schedule.expired':
      return 'EXPIRED';
    case 'schedule.completed':
      return 'COMPLETED';
    case 'schedule.disputed':
      return 'DISPUTED';
  }
}

/** A counter-proposal answers a proposal if it comes from a side that had to respond. */
function isAnswer(standing: Standing, proposedBy: ProposedBy | null): boolean {
  if (standing.lastEvent !== 'schedule.proposed' || proposedBy === null || proposedBy === 'SYSTEM') return false;
  return respondents(standing.proposedBy).includes(proposedBy);
}
