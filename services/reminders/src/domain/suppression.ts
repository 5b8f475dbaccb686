import type { ProposedBy, ScheduleEvent, SuppressedBecause } from '@punctual/contracts';
import { respondents } from './plan.ts';

/** What the open reminders were about: the last schedule event that was applied. */
export type Standing = { lastEvent: ScheduleEvent['type']; proposedBy: ProposedBy | null };

/** Why the reminders of an earlier version are of no use after this event. */
export function suppressionReason(standing: Standing, event: ScheduleEvent): SuppressedBecause {
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

/** A counter-proposal answers the proposal that it follows when it comes from a side that had to answer. */
function isAnswer(standing: Standing, proposedBy: ProposedBy | null): boolean {
  if (standing.lastEvent !== 'schedule.proposed' || proposedBy === null || proposedBy === 'SYSTEM') return false;
  return respondents(standing.proposedBy).includes(proposedBy);
}
