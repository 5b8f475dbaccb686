import { expect, test } from 'vitest';
import { logOutage } from './log-outage.ts';
import { createLogger } from './logger.ts';

function startOutage() {
  const text: string[] = [];
  const logger = createLogger({ name: 'test', level: 'info' }, { write: (line: string) => void text.push(line) });
  const said = () => text.map((line) => JSON.parse(line)).map(({ msg, err }) => (err ? `${msg}: ${err.message}` : msg));
  return {
    ...logOutage(logger, {
      away: 'NATS is unavailable',
      back: 'NATS is available again',
      fields: { server: 'nats://a' },
    }),
    said,
  };
}

const wrongPassword = () => Object.assign(new Error('wrong password'), { code: '28P01' });
const refused = (port: number) => Object.assign(new Error(`refused from ${port}`), { code: 'ECONNREFUSED' });

test('an outage logs one line, a refused sign-in another, and the recovery one', () => {
  const { away, back, isAway, said } = startOutage();
  back();
  expect(said()).toEqual([]);
  for (const port of [1, 2, 3]) away(refused(port));
  away();
  away(Object.assign(new Error('shutting down'), { code: '57P01', name: 'DatabaseError' }));
  expect(isAway()).toBe(true);
  away(wrongPassword());
  away(wrongPassword());
  away(refused(4));
  back();
  back();
  expect(isAway()).toBe(false);
  expect(said()).toEqual([
    'NATS is unavailable: refused from 1',
    'NATS is unavailable: wrong password',
    'NATS is available again',
  ]);
  away();
  away();
  away(refused(5));
  expect(said().slice(3)).toEqual(['NATS is unavailable', 'NATS is unavailable: refused from 5']);
});
