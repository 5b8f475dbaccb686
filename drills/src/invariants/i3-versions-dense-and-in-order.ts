import { firstOfEach } from './first-of-each.ts';
import type { Message, State, TimelineRow } from './state.ts';

/** I3: the versions of every aggregate are 1, 2, 3, … in its timeline, and in this order in its stream. */
export function versionsDenseAndInOrder({ scheduling, payouts, streams }: State): string[] {
  return [
    ...inTimeline('assignment', scheduling.timeline),
    ...inTimeline('payout', payouts.timeline),
    ...inStream('SCHEDULE', streams.SCHEDULE),
    ...inStream('REMINDER', streams.REMINDER),
    ...inStream('PAYOUT', streams.PAYOUT),
  ];
}

function inTimeline(name: string, timeline: readonly TimelineRow[]): string[] {
  return judge(
    `the timeline of ${name}`,
    timeline.map(({ id, version }) => ({ aggregate: id, version })),
  );
}

function inStream(stream: string, messages: readonly Message[]): string[] {
  return judge(
    `${stream} of assignment`,
    firstOfEach(messages).map(({ event }) => ({ aggregate: event.subject, version: event.sequence })),
  );
}

function judge(where: string, versions: readonly { aggregate: string; version: number }[]): string[] {
  return [...Map.groupBy(versions, ({ aggregate }) => aggregate)].flatMap(([aggregate, own]) => {
    const found = own.map(({ version }) => version);
    return found.every((version, index) => version === index + 1)
      ? []
      : [`${where} ${aggregate} goes ${found.join(', ')}`];
  });
}
