import { firstOfEach } from './first-of-each.ts';
import { findRepaired } from './repaired-payouts.ts';
import type { Message, ObservedState, ServiceTables, TimelineRow } from './state.ts';

/**
 * I3: the versions of every aggregate are dense in its timeline, and in this order in its stream. An
 * assignment begins with version 0, unless scheduling 1.0 created it; everything else with 1. Once
 * REMINDER was refilled, its order is not checked. A timeline leaves out the versions of withdrawn
 * events, and PAYOUT those of changes that share the event of a repair.
 */
export function versionsDenseAndInOrder(state: ObservedState): string[] {
  const { scheduling, payouts, streams } = state;
  const firstOfAssignment = (id: string) => (state.createdBy10.has(id) ? 1 : 0);
  const one = () => 1;
  const byAssignment = new Map(payouts.payouts.map(({ id, assignmentId }) => [assignmentId, id]));
  const withdrawnPayouts = withdrawn(payouts, streams.PAYOUT, (id) => byAssignment.get(id) ?? id);
  return [
    ...inTimeline('assignment', scheduling.timeline, firstOfAssignment, withdrawn(scheduling, streams.SCHEDULE)),
    ...inTimeline('payout', payouts.timeline, one, withdrawnPayouts),
    ...inStream('SCHEDULE', streams.SCHEDULE, firstOfAssignment),
    ...(state.isReminderRefilled ? [] : inStream('REMINDER', streams.REMINDER, one)),
    ...inStream('PAYOUT', streams.PAYOUT, one, findRepaired(state)),
  ];
}

type FirstVersion = (aggregate: string) => number;
type Versions = readonly { aggregate: string; version: number }[];

/** The versions of events on a stream that their database forgot. */
function withdrawn(
  { withdrawn }: ServiceTables,
  messages: readonly Message[],
  aggregate = (assignmentId: string) => assignmentId,
): Versions {
  return messages
    .filter(({ event }) => withdrawn.has(event.id))
    .map(({ event }) => ({ aggregate: aggregate(event.subject), version: event.sequence }));
}

function inTimeline(name: string, timeline: readonly TimelineRow[], first: FirstVersion, mayLack: Versions): string[] {
  return checkVersions(
    `the timeline of ${name}`,
    timeline.map(({ id, version }) => ({ aggregate: id, version })),
    first,
    mayLack,
  );
}

function inStream(stream: string, messages: readonly Message[], first: FirstVersion, mayLack: Versions = []): string[] {
  return checkVersions(
    `${stream} of assignment`,
    firstOfEach(messages).map(({ event }) => ({ aggregate: event.subject, version: event.sequence })),
    first,
    mayLack,
  );
}

function checkVersions(where: string, versions: Versions, first: FirstVersion, mayLack: Versions): string[] {
  const lacking = new Set(mayLack.map(({ aggregate, version }) => `${aggregate} ${version}`));
  return [...Map.groupBy(versions, ({ aggregate }) => aggregate)].flatMap(([aggregate, own]) => {
    let next = first(aggregate);
    const isWrong = own.some(({ version }) => {
      while (next < version && lacking.has(`${aggregate} ${next}`)) next += 1;
      return version !== next++;
    });
    return isWrong ? [`${where} ${aggregate} goes ${own.map(({ version }) => version).join(', ')}`] : [];
  });
}
