import { firstOfEach } from './first-of-each.ts';
import type { Message, ObservedState, TimelineRow } from './state.ts';

/**
 * I3: the versions of every aggregate are dense in its timeline, and in this order in its stream. An
 * assignment begins with version 0, unless scheduling 1.0 created it; everything else with 1. Once
 * REMINDER was refilled, its order is not checked.
 */
export function versionsDenseAndInOrder(state: ObservedState): string[] {
  const { scheduling, payouts, streams } = state;
  const firstOfAssignment = (id: string) => (state.createdBy10.has(id) ? 1 : 0);
  const one = () => 1;
  return [
    ...inTimeline('assignment', scheduling.timeline, firstOfAssignment),
    ...inTimeline('payout', payouts.timeline, one),
    ...inStream('SCHEDULE', streams.SCHEDULE, firstOfAssignment),
    ...(state.isReminderRefilled ? [] : inStream('REMINDER', streams.REMINDER, one)),
    ...inStream('PAYOUT', streams.PAYOUT, one),
  ];
}

type FirstVersion = (aggregate: string) => number;

function inTimeline(name: string, timeline: readonly TimelineRow[], first: FirstVersion): string[] {
  return checkVersions(
    `the timeline of ${name}`,
    timeline.map(({ id, version }) => ({ aggregate: id, version })),
    first,
  );
}

function inStream(stream: string, messages: readonly Message[], first: FirstVersion): string[] {
  return checkVersions(
    `${stream} of assignment`,
    firstOfEach(messages).map(({ event }) => ({ aggregate: event.subject, version: event.sequence })),
    first,
  );
}

function checkVersions(
  where: string,
  versions: readonly { aggregate: string; version: number }[],
  first: FirstVersion,
): string[] {
  return [...Map.groupBy(versions, ({ aggregate }) => aggregate)].flatMap(([aggregate, own]) => {
    const found = own.map(({ version }) => version);
    return found.every((version, index) => version === index + first(aggregate))
      ? []
      : [`${where} ${aggregate} goes ${found.join(', ')}`];
  });
}
