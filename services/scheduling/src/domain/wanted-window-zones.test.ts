import { DomainError } from '@punctual/chassis/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatLocal } from './format-time.ts';
import { readWindow, type WantedWindow } from './wanted-window.ts';

const limits = { horizonDays: 60, minMinutes: 30, maxMinutes: 20_160 };
const hourMs = 3_600_000;

function read(wanted: WantedWindow, zone: string, now: Temporal.Instant) {
  return readWindow(wanted, zone, now, limits);
}

function refusal(wanted: WantedWindow, zone: string, now: Temporal.Instant): DomainError {
  try {
    read(wanted, zone, now);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

/** Gaps of half an hour, offsets of quarters, missing midnights, both hemispheres and the date line. */
const zones = [
  'Europe/Berlin',
  'Europe/Dublin',
  'America/New_York',
  'America/St_Johns',
  'America/Santiago',
  'America/Asuncion',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Asia/Beirut',
  'Australia/Adelaide',
  'Australia/Lord_Howe',
  'Pacific/Auckland',
  'Pacific/Chatham',
  'Pacific/Easter',
];

type ClockChange = { zone: string; at: Temporal.ZonedDateTime; jumpMinutes: number };

/** Every change of a zone's offset from 2026 to 2028: positive for a gap, negative for an overlap. */
function changesOf(zone: string): ClockChange[] {
  const changes: ClockChange[] = [];
  let at = Temporal.ZonedDateTime.from(`2026-01-01T00:00[${zone}]`).getTimeZoneTransition('next');
  for (; at && at.year < 2029; at = at.getTimeZoneTransition('next')) {
    const before = at.subtract({ milliseconds: 1 });
    const jumpMinutes = (at.offsetNanoseconds - before.offsetNanoseconds) / 60e9;
    if (jumpMinutes !== 0) changes.push({ zone, at, jumpMinutes });
  }
  return changes;
}

const changes = zones.flatMap(changesOf);
const gaps = changes.filter(({ jumpMinutes }) => jumpMinutes > 0);
const overlaps = changes.filter(({ jumpMinutes }) => jumpMinutes < 0);
const anyOf = <T>(list: readonly T[]) => fc.constantFrom(...list);

test('the tested zones have gaps and overlaps of an hour and of half an hour', () => {
  expect(new Set(gaps.map(({ zone }) => zone)).size).toBeGreaterThan(zones.length - 3);
  expect(new Set(changes.map(({ jumpMinutes }) => jumpMinutes))).toEqual(new Set([60, -60, 30, -30]));
});

describe('a local time where the clocks change', () => {
  test('is refused within a gap, with the first moment after it as the alternative', () => {
    fc.assert(
      fc.property(anyOf(gaps), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (gap, share) => {
        const skippedMs = Math.floor(gap.jumpMinutes * 60_000 * share);
        const start = gap.at.toPlainDateTime().subtract({ minutes: gap.jumpMinutes }).add({ milliseconds: skippedMs });
        const wanted = { start: start.toString(), end: start.add({ hours: 12 }).toString() };
        const refused = refusal(wanted, gap.zone, gap.at.toInstant().subtract({ hours: 48 }));
        expect(refused.code).toBe('nonexistent-local-time');
        expect(refused.extras.nearestValid).toEqual({ start: formatLocal(gap.at.toInstant(), gap.zone) });
        const offered = { ...wanted, start: refused.extras.nearestValid?.start ?? '' };
        expect(read(offered, gap.zone, gap.at.toInstant().subtract({ hours: 48 })).start).toEqual(gap.at.toInstant());
      }),
    );
  });

  test('is unambiguous just before and just after a gap', () => {
    for (const { zone, at, jumpMinutes } of gaps) {
      const now = at.toInstant().subtract({ hours: 48 });
      const end = at.toPlainDateTime().add({ hours: 12 }).toString();
      const lastBefore = at.toPlainDateTime().subtract({ minutes: jumpMinutes, milliseconds: 1 });
      expect(read({ start: lastBefore.toString(), end }, zone, now).start).toEqual(
        at.toInstant().subtract({ milliseconds: 1 }),
      );
      expect(read({ start: at.toPlainDateTime().toString(), end }, zone, now).start).toEqual(at.toInstant());
    }
  });

  test('that occurs twice is the earlier one, unless an offset says later', () => {
    fc.assert(
      fc.property(anyOf(overlaps), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (overlap, share) => {
        const { zone, at } = overlap;
        const later = at.add({ milliseconds: Math.floor(-overlap.jumpMinutes * 60_000 * share) });
        const earlier = later.toInstant().add({ minutes: overlap.jumpMinutes });
        const end = later.toInstant().add({ hours: 12 }).toString();
        const now = at.toInstant().subtract({ hours: 48 });
        expect(read({ start: later.toPlainDateTime().toString(), end }, zone, now).start).toEqual(earlier);
        const exact = `${later.toPlainDateTime()}${later.offset}`;
        expect(read({ start: exact, end }, zone, now).start).toEqual(later.toInstant());
      }),
    );
  });

  test('is returned as it was written, in every zone and with every offset', () => {
    const now = Temporal.Instant.from('2026-11-22T00:00:00Z');
    const anywhere = fc.constantFrom(...zones, 'Pacific/Kiritimati', 'Pacific/Niue', 'Asia/Kathmandu', 'Etc/GMT+12');
    fc.assert(
      fc.property(anywhere, fc.integer({ min: 1, max: 59 * 24 * 60 }), (zone, minutes) => {
        const start = now.add({ minutes }).toZonedDateTimeISO(zone);
        const end = start.add({ minutes: 45 });
        const window = read(
          { start: formatLocal(start.toInstant(), zone), end: formatLocal(end.toInstant(), zone) },
          zone,
          now,
        );
        expect(window).toEqual({ start: start.toInstant(), end: end.toInstant() });
        const local = formatLocal(window.start, zone);
        expect(Temporal.Instant.from(local)).toEqual(window.start);
        expect(local.slice(0, 16)).toBe(start.toPlainDateTime().toString({ smallestUnit: 'minute' }));
      }),
    );
  });
});

describe('offsets far from UTC', () => {
  test.each([
    ['2026-12-01T00:30:00+14:00', '2026-11-30T10:30:00Z'],
    ['2026-12-01T00:30:00-12:00', '2026-12-01T12:30:00Z'],
    ['2026-12-01T00:30:00+05:45', '2026-11-30T18:45:00Z'],
    ['2026-12-01T00:30:00+23:59', '2026-11-30T00:31:00Z'],
  ])('%s is %s, in any zone', (start, instant) => {
    const wanted = { start, end: '2026-12-02T00:00:00Z' };
    const now = Temporal.Instant.from('2026-11-22T00:00:00Z');
    for (const zone of ['Pacific/Kiritimati', 'UTC']) expect(read(wanted, zone, now).start.toString()).toBe(instant);
  });

  test('midnight in Kiritimati is in the past while it is in the future in UTC', () => {
    const now = Temporal.Instant.from('2026-11-30T12:00:00Z');
    const wanted = { start: '2026-12-01T00:00', end: '2026-12-01T02:00' };
    expect(read(wanted, 'UTC', now).start.toString()).toBe('2026-12-01T00:00:00Z');
    expect(refusal(wanted, 'Pacific/Kiritimati', now).code).toBe('window-in-past');
  });
});

describe('limits across a change of the clocks', () => {
  test('the horizon is a multiple of 24 hours, to the millisecond', () => {
    fc.assert(
      fc.property(anyOf(changes), fc.integer({ min: 1, max: 59 * 24 }), ({ zone, at }, hoursBefore) => {
        const now = at.toInstant().subtract({ hours: hoursBefore });
        const latest = now.epochMilliseconds + 60 * 24 * hourMs;
        const startingAt = (ms: number): WantedWindow => {
          const start = Temporal.Instant.fromEpochMilliseconds(ms);
          return { start: formatLocal(start, zone), end: formatLocal(start.add({ hours: 1 }), zone) };
        };
        expect(read(startingAt(latest), zone, now).start.epochMilliseconds).toBe(latest);
        expect(refusal(startingAt(latest + 1), zone, now).code).toBe('window-too-far');
      }),
    );
  });

  test('half an hour is measured in elapsed time', () => {
    for (const { zone, at } of changes) {
      const now = at.toInstant().subtract({ hours: 48 });
      const [start, end] = [at.subtract({ minutes: 15 }), at.add({ minutes: 15 })];
      const window = {
        start: `${start.toPlainDateTime()}${start.offset}`,
        end: `${end.toPlainDateTime()}${end.offset}`,
      };
      expect(read(window, zone, now)).toEqual({ start: start.toInstant(), end: end.toInstant() });
      const sooner = end.subtract({ milliseconds: 1 });
      const short = { ...window, end: `${sooner.toPlainDateTime()}${sooner.offset}` };
      expect(refusal(short, zone, now).code).toBe('window-too-short');
    }
  });

  test('six hours of local time are shorter across a gap and longer across an overlap', () => {
    for (const { zone, at, jumpMinutes } of changes) {
      const now = at.toInstant().subtract({ hours: 48 });
      const start = at.toInstant().subtract({ minutes: 120 }).toZonedDateTimeISO(zone).toPlainDateTime();
      const wanted = { start: start.toString(), end: start.add({ hours: 6 }).toString() };
      const window = read(wanted, zone, now);
      expect(window.start.until(window.end).total('minutes')).toBe(360 - jumpMinutes);
    }
  });
});
