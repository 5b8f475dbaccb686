import { consumers as contracted } from '@punctual/contracts';
import type { Message, ObservedState } from './state.ts';

const payoutsSchedule = contracted.payoutsSchedule.durable;
const remindersSchedule = contracted.remindersSchedule.durable;
const schedulingReminder = contracted.schedulingReminder.durable;
const schedulingPayout = contracted.schedulingPayout.durable;

/**
 * I8: each message took effect, is pending, or is a dead letter; and in the end all services agree.
 */
export function noMessageLost(state: ObservedState): string[] {
  const { scheduling, payouts, reminders, streams, deadLetters, consumers, malformed } = state;
  const dead = new Set(deadLetters.map(({ consumer, stream, sequence }) => `${consumer} ${stream} ${sequence}`));
  const deadEvents = new Set(deadLetters.map(({ consumer, eventId }) => `${consumer} ${eventId}`));
  const inboxes = new Set(
    [...scheduling.inbox, ...payouts.inbox].map(({ consumer, eventId }) => `${consumer} ${eventId}`),
  );
  const versions = new Map(reminders.records.map(({ _id, version }) => [_id, version]));

  const lost = (consumer: string, messages: Message[], handled: (message: Message) => boolean) =>
    messages
      .filter((message) => !handled(message) && !deadEvents.has(`${consumer} ${message.event.id}`))
      .map(({ event, stream, seq }) => `${consumer} lost ${event.type} ${event.id} (${stream} ${seq})`);
  const inInbox = (consumer: string) => (message: Message) => inboxes.has(`${consumer} ${message.event.id}`);

  return [
    ...consumers
      .filter(({ pending, unacknowledged }) => pending + unacknowledged > 0)
      .map(
        (each) =>
          `${each.name} of ${each.stream} still has ${each.pending} pending, ${each.unacknowledged} unacknowledged`,
      ),
    ...lost(payoutsSchedule, streams.SCHEDULE, inInbox(payoutsSchedule)),
    ...lost(schedulingReminder, streams.REMINDER, inInbox(schedulingReminder)),
    ...lost(schedulingPayout, streams.PAYOUT, inInbox(schedulingPayout)),
    ...lost(remindersSchedule, streams.SCHEDULE, ({ event }) => (versions.get(event.subject) ?? 0) >= event.sequence),
    ...malformed.flatMap(({ stream, seq }) =>
      consumersOf(stream)
        .filter((consumer) => !dead.has(`${consumer} ${stream} ${seq}`))
        .map((consumer) => `${stream} ${seq} cannot be read, and is no dead letter of ${consumer}`),
    ),
    ...contradictions(state),
    ...disagreements(state),
    ...gone(state),
  ];
}

/** What a service has committed and published contradicts nothing that it said before. */
function contradictions({ scheduling, payouts, deadLetters }: ObservedState): string[] {
  const own = new Set([
    ...[...scheduling.outbox, ...payouts.outbox].map(({ id }) => id),
    ...scheduling.withdrawn,
    ...payouts.withdrawn,
  ]);
  return deadLetters
    .filter(({ reason, eventId }) => reason.startsWith('contradicts') && eventId !== undefined && own.has(eventId))
    .map(({ consumer, eventId, reason }) => `event ${eventId} is a dead letter of ${consumer}: it ${reason}`);
}

/** Assignments that scheduling forgot are cancelled for everybody, as their last event says. */
function gone({ scheduling, payouts, reminders, streams }: ObservedState): string[] {
  const known = new Set(scheduling.assignments.map(({ id }) => id));
  const last = new Map(streams.SCHEDULE.map(({ event }) => [event.subject, event]));
  return [
    ...payouts.views
      .filter(({ assignmentId }) => !known.has(assignmentId))
      .filter(({ assignmentId, version, status }) => {
        const { type, sequence } = last.get(assignmentId) ?? {};
        return type !== 'schedule.cancelled' || sequence !== version || status !== 'CANCELLED';
      })
      .map(
        ({ assignmentId, version, status }) =>
          `scheduling does not know assignment ${assignmentId}, and payouts believes ${status} (${version})`,
      ),
    ...reminders.ledger
      .filter(({ assignmentId, state }) => state === 'PLANNED' && !known.has(assignmentId))
      .map(({ _id }) => `reminder ${_id} is planned, and scheduling does not know its assignment`),
  ];
}

function consumersOf(stream: string): string[] {
  if (stream === 'SCHEDULE') return [payoutsSchedule, remindersSchedule];
  return stream === 'REMINDER' ? [schedulingReminder] : [schedulingPayout];
}

/** The copies that the services keep of each other. */
function disagreements({ scheduling, payouts }: ObservedState): string[] {
  const views = new Map(payouts.views.map((view) => [view.assignmentId, view]));
  const payoutOf = new Map(payouts.payouts.map((payout) => [payout.assignmentId, payout]));
  return scheduling.assignments.flatMap(({ id, status, version, payoutStatus, payoutVersion }) => {
    const view = views.get(id);
    const payout = payoutOf.get(id);
    const seen = view === undefined ? version === 0 : view.version === version && view.status === status;
    const paid =
      payout === undefined ? payoutVersion === 0 : payout.version === payoutVersion && payout.status === payoutStatus;
    return [
      ...(seen
        ? []
        : [`assignment ${id} is ${status} (${version}), and payouts believes ${view?.status} (${view?.version})`]),
      ...(paid
        ? []
        : [
            `payout of ${id} is ${payout?.status} (${payout?.version}), and scheduling believes ${payoutStatus} (${payoutVersion})`,
          ]),
    ];
  });
}
