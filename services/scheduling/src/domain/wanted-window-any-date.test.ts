import { DomainError } from '@punctual/chassis/domain';
import { FreeWindowsQuery, Problem, ScheduleBody, Window } from '@punctual/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatWindow } from './format-time.ts';
import { readWindow } from './wanted-window.ts';

const limits = { horizonDays: 60, minMinutes: 30, maxMinutes: 20_160 };
const now = Temporal.Instant.from('2026-11-22T00:00:00Z');

const twoDigits = (most: number) => fc.integer({ min: 0, max: most }).map((each) => String(each).padStart(2, '0'));
const year = fc.oneof(
  fc.constantFrom('2026', '2027', '0000', '0001', '1883', '9999', '10000', '-000001', '-271821', '+010000', '+275760'),
  fc.integer({ min: 0, max: 9999 }).map((each) => String(each).padStart(4, '0')),
);
const day = fc.oneof(
  fc.constantFrom('12-31', '01-01', '02-29', '03-28'),
  fc.tuple(twoDigits(13), twoDigits(32)).map((parts) => parts.join('-')),
);
const time = fc.oneof(
  fc.constantFrom('00:00', '23:59:59', '23:59:60', '24:00:00', '02:30'),
  fc.tuple(twoDigits(24), twoDigits(60), twoDigits(61)).map((parts) => parts.join(':')),
);
const fraction = fc.constantFrom('', '', '.', '.5', '.999', '.12345678901234567890', `.${'9'.repeat(40)}`);
const offset = fc.constantFrom('', '', 'Z', 'z', '+00:00', '-00:00', '+23:59', '-23:59', '+24:00', '+14:00', '-12:00');

/** What a client may write where a date belongs, far beyond what exists. */
const anyDate = fc
  .tuple(year, day, time, fraction, offset)
  .map(([y, d, t, f, o]) => `${y}-${d}T${t}${t.length > 5 ? f : ''}${o}`);
const soon = fc.integer({ min: 1, max: 60 * 24 * 60 }).map((minutes) => now.add({ minutes }).toString());
const anyZone = fc.constantFrom(...Intl.supportedValuesOf('timeZone'), 'Etc/GMT+12', 'Etc/GMT-14');

test('readWindow returns a window that events can carry, or a documented problem, for any dates', () => {
  fc.assert(
    fc.property(fc.oneof(soon, anyDate), fc.oneof(soon, anyDate), anyZone, (start, end, zone) => {
      const wanted = ScheduleBody.safeParse({ start, end });
      if (!wanted.success) return;
      try {
        const window = readWindow(wanted.data, zone, now, limits);
        expect(window.start.until(window.end).total('minutes')).toBeLessThanOrEqual(limits.maxMinutes);
        expect(Window.safeParse(formatWindow(window, zone)).error).toBeUndefined();
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        const { limits: told, nearestValid } = error.extras;
        expect(Problem.pick({ limits: true, nearestValid: true }).safeParse({ limits: told, nearestValid }).error).toBe(
          undefined,
        );
      }
    }),
    { numRuns: 5_000 },
  );
});

test('a query accepts instants of the years 1 to 9999 and refuses all other dates', () => {
  fc.assert(
    fc.property(anyDate, (text) => {
      const { success, data } = FreeWindowsQuery.safeParse({ from: text, minutes: undefined });
      if (success)
        expect(data.from).toBe(Temporal.Instant.from(data.from ?? '').toString({ smallestUnit: 'millisecond' }));
    }),
    { numRuns: 5_000 },
  );
});

test.each([
  ['Europe/Berlin', '9999-12-31T23:30:00.000Z'],
  ['Pacific/Kiritimati', '9999-12-31T12:00:00.000Z'],
  ['UTC', '9999-12-31T23:59:59-12:00'],
  ['America/New_York', '9999-12-31T23:00:00'],
])('refuses an end that is the year 10000 in %s: %s', (zone, end) => {
  const read = () => readWindow({ start: '2026-12-01T10:00:00Z', end }, zone, now, limits);
  expect(read).toThrow(expect.objectContaining({ code: 'window-too-long' }));
});
