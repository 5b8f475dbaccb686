import { atFailpoint } from './at-failpoint.ts';
import type { Fault } from './fault.ts';

export const killConsumerBeforeCommit: Fault = {
  name: 'kill-consumer-before-commit',
  what: 'SIGKILL of payouts with an effect that is not committed',
  run: (world, random, pace) =>
    atFailpoint({ world, random, pace }, { service: 'payouts', failpoint: 'before-commit', action: { do: 'SIGKILL' } }),
};
