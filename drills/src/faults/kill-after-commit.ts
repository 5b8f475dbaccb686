import { atFailpoint } from './at-failpoint.ts';
import type { Fault } from './fault.ts';

export const killAfterCommit: Fault = {
  name: 'kill-after-commit',
  what: 'SIGKILL of scheduling when a change is committed and nobody told',
  run: (world, random, pace) =>
    atFailpoint(
      { world, random, pace },
      { service: 'scheduling', failpoint: 'after-commit', action: { do: 'SIGKILL' } },
    ),
};
