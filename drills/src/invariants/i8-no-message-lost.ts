import type { Message, State } from './state.ts';

/** I8: each message is acknowledged with its effect, or pending, or a dead letter; and in the end all agree. */
export function noMessageLost(state: State): string[] {
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
    ...lost('payouts-schedule', streams.SCHEDULE, inInbox('payouts-schedule')),
    ...lost('scheduling-reminder', streams.REMINDER, inInbox('scheduling-reminder')),
    ...lost('scheduling-payout', streams.PAYOUT, inInbox('scheduling-payout')),
    ...lost(
      'reminders-schedule',
      streams.SCHEDULE,
      ({ event }) => (versions.get(event.subject) ?? 0) >= event.sequence,
    ),
    ...malformed.flatMap(({ stream, seq }) =>
      consumersOf(stream)
        .filter((consumer) => !dead.has(`${consumer} ${stream} ${seq}`))
        .map((consumer) => `${stream} ${seq} cannot be read, and is no dead letter of ${consumer}`),
    ),
    ...disagreements(state),
  ];
}

function consumersOf(stream: string): string[] {
  if (stream === 'SCHEDULE') return ['payouts-schedule', 'reminders-schedule'];
  return stream === 'REMINDER' ? ['scheduling-reminder'] : ['scheduling-payout'];
}

/** The copies that the services keep of each other. */
function disagreements({ scheduling, payouts }: State): string[] {
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
