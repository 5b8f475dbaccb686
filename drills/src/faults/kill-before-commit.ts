import { atFailpoint } from './at-failpoint.ts';
import type { Fault } from './fault.ts';

export const killBeforeCommit: Fault = {
  name: 'kill-before-commit',
  what: 'SIGKILL of scheduling when all is decided and nothing committed',
  run: (world, random, pace) =>
    atFailpoint(
      { world, random, pace },
      { service: 'scheduling', failpoint: 'before-commit', action: { do: 'SIGKILL' } },
    ),
};
