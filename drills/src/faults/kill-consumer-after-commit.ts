import { atFailpoint } from './at-failpoint.ts';
import type { Fault } from './fault.ts';

export const killConsumerAfterCommit: Fault = {
  name: 'kill-consumer-after-commit',
  what: 'SIGKILL of payouts with a committed effect and no acknowledgement',
  run: (world, random, pace) =>
    atFailpoint({ world, random, pace }, { service: 'payouts', failpoint: 'before-ack', action: { do: 'SIGKILL' } }),
};
