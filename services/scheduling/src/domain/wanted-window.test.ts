import { DomainError } from '@punctual/chassis/domain';
import { describe, expect, test } from 'vitest';
import { formatLocal } from './format-time.ts';
import { readWindow, requireTimeZone, startsWithin, type WantedWindow } from './wanted-window.ts';

const limits = { horizonDays: 60, minMinutes: 30, maxMinutes: 20_160 };

/** What a window is read as, two weeks before it starts unless said otherwise. */
function read(wanted: WantedWindow, zone: string, now: string) {
  return readWindow(wanted, zone, Temporal.Instant.from(now), limits);
}

function refusal(run: () => unknown): DomainError {
  try {
    run();
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

describe('local times', () => {
  test.each([
    ['Europe/Berlin', '2027-03-28T02:30', '2027-03-28T03:00:00+02:00'],
    ['America/New_York', '2027-03-14T02:00', '2027-03-14T03:00:00-04:00'],
    ['Australia/Lord_Howe', '2026-10-04T02:10', '2026-10-04T02:30:00+11:00'],
    ['America/Santiago', '2026-09-06T00:15', '2026-09-06T01:00:00-03:00'],
    ['Pacific/Auckland', '2026-09-27T02:59:59.999', '2026-09-27T03:00:00+13:00'],
  ])('in a gap of %s %s is refused, and the first moment after it named', (zone, start, nearest) => {
    const now = Temporal.PlainDateTime.from(start).subtract({ days: 14 }).toZonedDateTime('UTC').toInstant().toString();
    const end = Temporal.PlainDateTime.from(start).add({ hours: 8 }).toString();
    const refused = refusal(() => read({ start, end }, zone, now));
    expect([refused.code, refused.extras.nearestValid]).toEqual(['nonexistent-local-time', { start: nearest }]);
  });

  test('names both ends when both are skipped', () => {
    const wanted = { start: '2027-03-28T02:10', end: '2027-03-28T02:50' };
    const after = '2027-03-28T03:00:00+02:00';
    expect(refusal(() => read(wanted, 'Europe/Berlin', '2027-03-01T00:00Z')).extras.nearestValid).toEqual({
      start: after,
      end: after,
    });
  });

  test.each([
    ['Europe/Berlin', '2026-10-25T02:30', '2026-10-25T02:30:00+02:00'],
    ['Australia/Lord_Howe', '2027-04-04T01:45', '2027-04-04T01:45:00+11:00'],
    ['America/St_Johns', '2026-11-01T01:30', '2026-11-01T01:30:00-02:30'],
  ])('that come twice in %s are the earlier ones', (zone, start, earlier) => {
    const now = Temporal.PlainDateTime.from(start).subtract({ days: 14 }).toZonedDateTime('UTC').toInstant().toString();
    const end = Temporal.PlainDateTime.from(start).add({ hours: 8 }).toString();
    expect(formatLocal(read({ start, end }, zone, now).start, zone)).toBe(earlier);
  });

  test('are the later one with its offset', () => {
    const wanted = { start: '2026-10-25T02:30+01:00', end: '2026-10-25T04:00+01:00' };
    const { start } = read(wanted, 'Europe/Berlin', '2026-10-20T00:00Z');
    expect(start.toString()).toBe('2026-10-25T01:30:00Z');
  });

  test('are judged by elapsed time across a change of the clocks', () => {
    const spring = { start: '2027-03-28T01:50', end: '2027-03-28T03:10' };
    expect(refusal(() => read(spring, 'Europe/Berlin', '2027-03-20T00:00Z')).code).toBe('window-too-short');
    const autumn = { start: '2026-10-25T02:45', end: '2026-10-25T03:00' };
    const { start, end } = read(autumn, 'Europe/Berlin', '2026-10-20T00:00Z');
    expect(start.until(end).total('minutes')).toBe(75);
  });

  test('are cut to milliseconds, and never rounded up', () => {
    const wanted = { start: '2026-11-01T10:00:00.1239999999999', end: '2026-11-01T11:00:00.999999Z' };
    const { start, end } = read(wanted, 'UTC', '2026-10-20T00:00Z');
    expect([start.toString(), end.toString()]).toEqual(['2026-11-01T10:00:00.123Z', '2026-11-01T11:00:00.999Z']);
  });
});

describe('rules, in their order', () => {
  const now = '2026-11-01T12:00:00.000Z';
  const at = (offsetMs: number) => new Date(Date.parse(now) + offsetMs).toISOString();
  const [minute, day] = [60_000, 86_400_000];
  const codeOf = (wanted: WantedWindow) => {
    try {
      read(wanted, 'UTC', now);
      return 'accepted';
    } catch (error) {
      return error instanceof DomainError ? error.code : String(error);
    }
  };

  test.each([
    [{ start: at(0), end: at(day) }, 'window-in-past'],
    [{ start: at(1), end: at(day) }, 'accepted'],
    [{ start: at(60 * day), end: at(61 * day) }, 'accepted'],
    [{ start: at(60 * day + 1), end: at(61 * day) }, 'window-too-far'],
    [{ start: at(minute), end: at(31 * minute) }, 'accepted'],
    [{ start: at(minute), end: at(31 * minute - 1) }, 'window-too-short'],
    [{ start: at(minute), end: at(14 * day + minute) }, 'accepted'],
    [{ start: at(minute), end: at(14 * day + minute + 1) }, 'window-too-long'],
    [{ start: at(minute), end: '9999-12-31T23:59:59-12:00' }, 'window-too-long'],
    [{ start: at(day), end: at(minute) }, 'window-too-short'],
    [{ start: at(-day), end: at(-2 * day) }, 'window-in-past'],
    [{ start: at(-day), end: at(-2 * day), timezone: 'Nowhere' }, 'unknown-timezone'],
    [{ start: '9999-12-31T23:59:59Z', end: at(minute) }, 'window-too-far'],
    [{ start: '0001-01-01T00:00:00+14:00', end: at(minute) }, 'window-in-past'],
  ])('%o is %s', (wanted, expected) => {
    expect(codeOf(wanted)).toBe(expected);
  });

  test('refusals carry the limits', () => {
    const refused = refusal(() => read({ start: at(-1), end: at(day) }, 'UTC', now));
    expect(refused.extras.limits).toEqual({
      notBefore: now,
      notAfter: '2026-12-31T12:00:00.000Z',
      minMinutes: 30,
      maxMinutes: 20_160,
    });
  });
});

describe('time zones', () => {
  test.each(['europe/berlin', 'UTC', 'Etc/GMT+5', 'Asia/Calcutta'])('%s is one', (name) => {
    expect(requireTimeZone(name).toLowerCase()).toBe(name.toLowerCase());
  });

  test.each(['', '+02:00', 'Europe/Atlantis', '2026-01-01T00:00[Europe/Berlin]', 'Z', ' UTC', '\u0000'])(
    '%o is none',
    (name) => {
      expect(refusal(() => requireTimeZone(name)).code).toBe('unknown-timezone');
    },
  );
});

test('startsWithin begins at the next whole minute', () => {
  const { start } = startsWithin(Temporal.Instant.from('2026-11-01T12:00:00.000Z'), limits);
  expect(start.toString()).toBe('2026-11-01T12:01:00Z');
});
