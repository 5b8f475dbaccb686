export type TimeAxis = {
  /** The place of a time, from 0 to 1. */
  at(us: number): number;
  /** Idle times that are drawn shortened. */
  gaps: readonly { startUs: number; endUs: number }[];
};

/** What a shortened gap takes, as a part of the busy time. */
const gapShare = 0.04;
/** A gap is shortened when it is longer than this part of the busy time. */
const longGap = 0.2;

/**
 * An axis for the spans of a trace. Asynchronous work leaves seconds of nothing between
 * milliseconds of work, so long gaps are shortened.
 */
export function timeAxis(spans: readonly { startUs: number; durationUs: number }[]): TimeAxis {
  const busy = busyIntervals(spans);
  const busyUs = busy.reduce((sum, { startUs, endUs }) => sum + endUs - startUs, 0) || 1;
  const gaps = busy
    .slice(1)
    .map(({ startUs }, index) => ({ startUs: busy[index]?.endUs ?? startUs, endUs: startUs }))
    .filter(({ startUs, endUs }) => endUs - startUs > longGap * busyUs);
  const drawn = (us: number) =>
    us -
    gaps.reduce((cut, { startUs, endUs }) => {
      const passed = Math.min(Math.max(us - startUs, 0), endUs - startUs);
      return cut + passed * (1 - (gapShare * busyUs) / (endUs - startUs));
    }, 0);
  const from = drawn(busy[0]?.startUs ?? 0);
  const whole = drawn(busy.at(-1)?.endUs ?? 1) - from || 1;
  return { at: (us) => (drawn(us) - from) / whole, gaps };
}

function busyIntervals(spans: readonly { startUs: number; durationUs: number }[]) {
  const intervals: { startUs: number; endUs: number }[] = [];
  for (const { startUs, durationUs } of spans.toSorted((a, b) => a.startUs - b.startUs)) {
    const last = intervals.at(-1);
    if (last && startUs <= last.endUs) last.endUs = Math.max(last.endUs, startUs + durationUs);
    else intervals.push({ startUs, endUs: startUs + durationUs });
  }
  return intervals;
}
