import { mayBeLost } from '../stack/loss.ts';
import { firstOfEach } from './first-of-each.ts';
import { findRepaired } from './repaired-payouts.ts';
import type { Message, ObservedState, ServiceTables } from './state.ts';

/**
 * I1: each committed change is published, and each command answered with success is committed, unless
 * its database forgot it.
 */
export function committedIsPublished(state: ObservedState): string[] {
  const { scheduling, payouts, streams, reminders } = state;
  return [
    ...acceptedIsCommitted(state),
    ...changeHasEvent('scheduling', scheduling, streams.SCHEDULE, (row) => row.id),
    ...changeHasEvent('payouts', payouts, streams.PAYOUT, assignmentOf(payouts.payouts), findRepaired(state)),
    ...reminders.records
      .filter(({ outbox }) => outbox.length > 0)
      .map(({ _id }) => `reminders decided something for ${_id} and never carried it out`),
    ...sentIsPublished(state),
  ];
}

function acceptedIsCommitted({ accepted, scheduling, payouts, losses }: ObservedState): string[] {
  const committed = new Set([...scheduling.timeline, ...payouts.timeline].map(({ id, version }) => `${id} ${version}`));
  return accepted
    .filter(({ id, version }) => !committed.has(`${id} ${version}`))
    .filter((command) => !losses.some((loss) => mayBeLost(loss, command)))
    .map(
      ({ aggregate, id, version, command }) =>
        `${command} made ${aggregate} ${id} version ${version}, which is not there`,
    );
}

type Named = ServiceTables['timeline'][number];

function changeHasEvent(
  name: string,
  books: ServiceTables,
  messages: Message[],
  assignment: (row: Named) => string,
  repaired: ReturnType<typeof findRepaired> = [],
): string[] {
  const published = new Set(messages.map(({ event }) => event.id));
  const outbox = new Map(books.outbox.map((row) => [`${row.aggregateId} ${row.aggregateVersion}`, row]));
  const needsNone = new Set(repaired.map(({ aggregate, version }) => `${aggregate} ${version}`));
  return books.timeline.flatMap((row) => {
    const change = `${assignment(row)} ${row.version}`;
    if (needsNone.has(change)) return [];
    const event = outbox.get(change);
    if (!event) return [`${name}: ${row.type} ${row.id} version ${row.version} is committed without an event`];
    return published.has(event.id)
      ? []
      : [`${name}: ${row.type} ${row.id} version ${row.version} is not in the stream`];
  });
}

/** The events of a payout carry its version under its assignment. */
function assignmentOf(payouts: ObservedState['payouts']['payouts']) {
  const byId = new Map(payouts.map(({ id, assignmentId }) => [id, assignmentId]));
  return ({ id }: Named) => byId.get(id) ?? id;
}

function sentIsPublished({ reminders, streams }: ObservedState): string[] {
  const due = new Set(
    firstOfEach(streams.REMINDER)
      .filter(({ event }) => event.type === 'reminder.due')
      .map(({ event }) => event.data.reminderId),
  );
  return reminders.ledger
    .filter(({ _id, state }) => state === 'SENT' && !due.has(_id))
    .map(({ _id }) => `the ledger says that ${_id} was sent, and the stream does not have it`);
}
