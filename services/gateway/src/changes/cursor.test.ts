import { openApiDocument } from '@punctual/contracts/openapi';
import { expect, test } from 'vitest';
import { beginAt, caughtUp, findBehind, moveTo, readCursor, writeCursor } from './cursor.ts';

const positions = {
  SCHEDULE: { streamCreatedAt: 10, sequence: 100 },
  REMINDER: { streamCreatedAt: 20, sequence: 200 },
  PAYOUT: { streamCreatedAt: 0, sequence: 0 },
};
const begin = beginAt(positions);
const at = (sequence: number, streamCreatedAt = 10) => ({ streamCreatedAt, sequence });

test('a written cursor reads back as itself', () => {
  const cursor = moveTo(begin, 'SCHEDULE', at(101), 7);
  expect(cursor).toEqual({ ...begin, SCHEDULE: { streamCreatedAt: 10, sequence: 101, version: 7 } });
  expect(readCursor(writeCursor(cursor))).toEqual(cursor);
});

test('catching up never moves back, except in a recreated stream', () => {
  const ahead = moveTo(begin, 'SCHEDULE', at(150), 7);
  expect(caughtUp(ahead, positions).SCHEDULE).toEqual({ streamCreatedAt: 10, sequence: 150, version: 7 });
  expect(caughtUp(ahead, { ...positions, SCHEDULE: at(160) }).SCHEDULE).toEqual({ ...at(160), version: 7 });
  expect(caughtUp(ahead, { ...positions, SCHEDULE: at(5, 30) }).SCHEDULE).toEqual({ ...at(5, 30), version: 7 });
});

test('a cursor is behind in a stream with later messages, and in a recreated stream', () => {
  expect(findBehind(begin, positions)).toBeUndefined();
  expect(findBehind(moveTo(begin, 'SCHEDULE', at(150)), positions)).toBeUndefined();
  expect(findBehind(moveTo(begin, 'REMINDER', at(199, 20)), positions)).toBe('REMINDER');
  expect(findBehind(begin, { ...positions, PAYOUT: at(0, 40) })).toBe('PAYOUT');
});

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

const fine = [1, 2, 3];
test.each([
  '',
  'not base64 !',
  'AAAA',
  'a'.repeat(501),
  // Reads like a cursor, but was not written like this.
  Buffer.from('[[1,2,3], [1,2,3],[1,2,3]]').toString('base64url'),
  `${encoded([
    [1, 2, 3],
    [1, 2, 3],
    [1, 2, 3],
  ])}A`,
  ...[null, {}, [], [fine], [fine, fine, [1, 2]], [fine, fine, [1, 2, -3]], [fine, fine, [1, 2, 0.5]]].map(encoded),
])('text that is not a cursor (%#) reads as undefined', (text) => {
  expect(readCursor(text)).toBeUndefined();
});

test('each position in the examples of the OpenAPI document can be read', () => {
  const { parameters, responses } = JSON.parse(JSON.stringify(openApiDocument().paths?.['/changes']?.get));
  const { content } = responses[200];
  const positions = [
    ...parameters.filter(({ name }: { name: string }) => name === 'cursor' || name === 'Last-Event-ID'),
    { example: content['application/json'].example.nextCursor },
    { example: /^id: (.*)$/m.exec(content['text/event-stream'].example)?.[1] },
  ].map(({ example }) => example);
  expect(positions).toHaveLength(4);
  for (const position of positions) expect(readCursor(position)).toBeDefined();
});
