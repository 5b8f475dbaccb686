import type { Message, ObservedState, ServiceTables } from './state.ts';

/**
 * I2: nothing is published that was not committed, and nothing else than what was. What a database
 * forgot is withdrawn, and a later event of the assignment says so.
 */
export function publishedIsCommitted({ scheduling, payouts, reminders, streams }: ObservedState): string[] {
  const ledger = new Map(reminders.ledger.map((row) => [row._id, row.state]));
  return [
    ...isCommitted('SCHEDULE', scheduling, streams.SCHEDULE),
    ...isCommitted('PAYOUT', payouts, streams.PAYOUT),
    ...withdrawnIsSaid(scheduling, streams.SCHEDULE),
    ...streams.REMINDER.flatMap(({ event }) => {
      const state = ledger.get(event.data.reminderId ?? '');
      if (state === undefined) return [`REMINDER has ${event.type} of ${event.data.reminderId}, which no ledger has`];
      if (event.type !== 'reminder.due' || state === 'SENT') return [];
      return [`REMINDER has ${event.type} of ${event.data.reminderId}, which is ${state} in the ledger`];
    }),
  ];
}

function withdrawnIsSaid({ withdrawn }: ServiceTables, messages: Message[]): string[] {
  const said = new Map(
    messages.flatMap(({ event, seq }) =>
      (event.data.withdrawnEventIds ?? []).map((id) => [`${event.subject} ${id}`, seq] as const),
    ),
  );
  return messages
    .filter(({ event, seq }) => withdrawn.has(event.id) && (said.get(`${event.subject} ${event.id}`) ?? 0) < seq)
    .map(({ event, seq }) => `SCHEDULE ${seq} (${event.type} ${event.id}) is withdrawn, and no later event says so`);
}

function isCommitted(stream: string, { outbox, withdrawn }: ServiceTables, messages: Message[]): string[] {
  const committed = new Map(outbox.map((row) => [row.id, row.payload]));
  return messages.flatMap(({ event, seq, text }) => {
    const payload = committed.get(event.id);
    if (payload === undefined)
      return withdrawn.has(event.id) ? [] : [`${stream} ${seq} (${event.type} ${event.id}) was never committed`];
    return payload === text
      ? []
      : [`${stream} ${seq} (${event.type} ${event.id}) says something else than its outbox row`];
  });
}
