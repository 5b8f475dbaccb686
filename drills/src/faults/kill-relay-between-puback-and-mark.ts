import { atFailpoint } from './at-failpoint.ts';
import type { Fault } from './fault.ts';

export const killRelayBetweenPubackAndMark: Fault = {
  name: 'kill-relay-between-puback-and-mark',
  what: 'SIGKILL of the leader when the stream has the events and the outbox does not know',
  run: (world, random, pace) =>
    atFailpoint(
      { world, random, pace },
      { service: 'scheduling', failpoint: 'before-mark', action: { do: 'SIGKILL' } },
    ),
};
