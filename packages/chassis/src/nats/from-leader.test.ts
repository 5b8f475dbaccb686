import { nanos } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import { fromLeader, NoLeader } from './from-leader.ts';

/** Other replicas by how long ago each was heard of, in milliseconds. */
const heard = (...ago: number[]) =>
  ago.map((ms, index) => ({ name: `nats-${index + 2}`, current: true, offline: false, lag: 0, active: nanos(ms) }));

test.each([
  ['a server without a cluster', undefined],
  ['one replica in a cluster', { leader: 'nats-1' }],
  ['a leader that both others follow', { leader: 'nats-1', replicas: heard(200, 900) }],
  ['a leader that one of two others follows', { leader: 'nats-1', replicas: heard(200, 60_000) }],
  ['a leader that two of four others follow', { leader: 'nats-1', replicas: heard(200, 0, 60_000, 300) }],
])('%s is believed', (_, cluster) => {
  const info = { ...(cluster && { cluster }) };
  expect(fromLeader(info)).toBe(info);
});

test.each([
  ['a replica without a leader', { replicas: heard(0, 20_000, 20_000) }],
  ['a leader that nobody follows since it was cut off', { leader: 'nats-1', replicas: heard(3_100, 3_500) }],
  ['a leader that has not heard of anybody', { leader: 'nats-1', replicas: heard(0, 0) }],
  ['a leader that one of four others follows', { leader: 'nats-1', replicas: heard(200, 0, 60_000, 60_000) }],
])('%s is not believed', (_, cluster) => {
  expect(() => fromLeader({ cluster })).toThrow(NoLeader);
});
