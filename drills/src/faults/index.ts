import type { Fault } from './fault.ts';
import { killAfterCommit } from './kill-after-commit.ts';
import { killBeforeCommit } from './kill-before-commit.ts';
import { killConsumerAfterCommit } from './kill-consumer-after-commit.ts';
import { killConsumerBeforeCommit } from './kill-consumer-before-commit.ts';
import { killGateway } from './kill-gateway.ts';
import { killMidSend } from './kill-mid-send.ts';
import { killPayouts } from './kill-payouts.ts';
import { killRelayBetweenPubackAndMark } from './kill-relay-between-puback-and-mark.ts';
import { killReminders } from './kill-reminders.ts';
import { killScheduling } from './kill-scheduling.ts';

export const faults: readonly Fault[] = [
  killScheduling,
  killReminders,
  killPayouts,
  killGateway,
  killBeforeCommit,
  killAfterCommit,
  killRelayBetweenPubackAndMark,
  killConsumerBeforeCommit,
  killConsumerAfterCommit,
  killMidSend,
];
