import type { Message, ObservedState, ServiceTables } from './state.ts';

/** I2: nothing is published that was not committed, and nothing else than what was. */
export function publishedIsCommitted({ scheduling, payouts, reminders, streams }: ObservedState): string[] {
  const ledger = new Map(reminders.ledger.map((row) => [row._id, row.state]));
  return [
    ...isCommitted('SCHEDULE', scheduling, streams.SCHEDULE),
    ...isCommitted('PAYOUT', payouts, streams.PAYOUT),
    ...streams.REMINDER.flatMap(({ event }) => {
      const state = ledger.get(event.data.reminderId ?? '');
      if (state === undefined) return [`REMINDER has ${event.type} of ${event.data.reminderId}, which no ledger has`];
      if (event.type !== 'reminder.due' || state === 'SENT') return [];
      return [`REMINDER has ${event.type} of ${event.data.reminderId}, which is ${state} in the ledger`];
    }),
  ];
}

function isCommitted(stream: string, { outbox }: ServiceTables, messages: Message[]): string[] {
  const committed = new Map(outbox.map((row) => [row.id, row.payload]));
  return messages.flatMap(({ event, seq, text }) => {
    const payload = committed.get(event.id);
    if (payload === undefined) return [`${stream} ${seq} (${event.type} ${event.id}) was never committed`];
    return payload === text
      ? []
      : [`${stream} ${seq} (${event.type} ${event.id}) says something else than its outbox row`];
  });
}
