import { allEvents } from '@punctual/contracts';
import { expect, test } from 'vitest';
import type { Change } from './change.ts';
import { after, beginAt, caughtUp, readCursor, writeCursor } from './cursor.ts';

const places = {
  SCHEDULE: { born: 10, position: 100 },
  REMINDER: { born: 20, position: 200 },
  PAYOUT: { born: 0, position: 0 },
};
const begin = beginAt(places);

const scheduleChange = (position: number, version: number): Change => ({
  source: 'SCHEDULE',
  born: 10,
  position,
  event: { ...allEvents['schedule.proposed'].example, sequence: String(version).padStart(10, '0') },
});

test('a cursor survives its way to a client and back', () => {
  const cursor = after(begin, scheduleChange(101, 7));
  expect(cursor && readCursor(writeCursor(cursor))).toEqual({
    ...begin,
    SCHEDULE: { born: 10, position: 101, version: 7 },
  });
});

test('only a newer version moves a cursor on', () => {
  const cursor = after(begin, scheduleChange(101, 7)) ?? begin;
  expect(after(cursor, scheduleChange(102, 7))).toBeUndefined();
  expect(after(cursor, scheduleChange(103, 6))).toBeUndefined();
  expect(after(cursor, scheduleChange(104, 8))?.SCHEDULE).toEqual({ born: 10, position: 104, version: 8 });
});

test('catching up never goes back, except to a stream that was made anew', () => {
  const ahead = after(begin, scheduleChange(150, 7)) ?? begin;
  expect(caughtUp(ahead, places).SCHEDULE).toEqual({ born: 10, position: 150, version: 7 });
  const further = { ...places, SCHEDULE: { born: 10, position: 160 } };
  expect(caughtUp(ahead, further).SCHEDULE).toEqual({ born: 10, position: 160, version: 7 });
  const anew = { ...places, SCHEDULE: { born: 30, position: 5 } };
  expect(caughtUp(ahead, anew).SCHEDULE).toEqual({ born: 30, position: 5, version: 7 });
});

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

const fine = [1, 2, 3];
test.each([
  '',
  'not base64 !',
  'AAAA',
  'a'.repeat(501),
  ...[null, {}, [], [fine], [fine, fine, [1, 2]], [fine, fine, [1, 2, -3]], [fine, fine, [1, 2, 0.5]]].map(encoded),
])('text that is no cursor (%#) is none', (text) => {
  expect(readCursor(text)).toBeUndefined();
});
