import { cancelRacingDue } from './cancel-racing-due.ts';
import { clockOff5Minutes } from './clock-off-5-minutes.ts';
import { contestedWindows } from './contested-windows.ts';
import type { Fault } from './fault.ts';
import { handlerSlowerThanAckWait } from './handler-slower-than-ack-wait.ts';
import { killAfterCommit } from './kill-after-commit.ts';
import { killBeforeCommit } from './kill-before-commit.ts';
import { killConsumerAfterCommit } from './kill-consumer-after-commit.ts';
import { killConsumerBeforeCommit } from './kill-consumer-before-commit.ts';
import { killGateway } from './kill-gateway.ts';
import { killInDispatch } from './kill-in-dispatch.ts';
import { killInPayment } from './kill-in-payment.ts';
import { killMidSend } from './kill-mid-send.ts';
import { killPayouts } from './kill-payouts.ts';
import { killRelayBetweenPubackAndMark } from './kill-relay-between-puback-and-mark.ts';
import { killReminders } from './kill-reminders.ts';
import { killScheduling } from './kill-scheduling.ts';
import { mongodbKilled } from './mongodb-killed.ts';
import { natsKillLoop } from './nats-kill-loop.ts';
import { natsStop20s } from './nats-stop-20s.ts';
import { openTransaction30s } from './open-transaction-30s.ts';
import { pauseRelay60s } from './pause-relay-60s.ts';
import { poison } from './poison.ts';
import { reminderStreamDeleted } from './reminder-stream-deleted.ts';
import { resetInCommit } from './reset-in-commit.ts';
import { restartPostgres } from './restart-postgres.ts';
import { secondEvent } from './second-event.ts';
import { slowNetwork } from './slow-network.ts';
import { streamDeletedAndRebuilt } from './stream-deleted-and-rebuilt.ts';
import { streamFull } from './stream-full.ts';
import { tenTimesShuffled } from './ten-times-shuffled.ts';
import { twoLeaders } from './two-leaders.ts';

export const faults: readonly Fault[] = [
  killScheduling,
  killReminders,
  killPayouts,
  killGateway,
  killBeforeCommit,
  killAfterCommit,
  killRelayBetweenPubackAndMark,
  pauseRelay60s,
  twoLeaders,
  restartPostgres,
  resetInCommit,
  openTransaction30s,
  secondEvent,
  natsKillLoop,
  natsStop20s,
  slowNetwork,
  streamFull,
  streamDeletedAndRebuilt,
  reminderStreamDeleted,
  killConsumerBeforeCommit,
  killConsumerAfterCommit,
  handlerSlowerThanAckWait,
  killInPayment,
  tenTimesShuffled,
  poison,
  mongodbKilled,
  killMidSend,
  killInDispatch,
  cancelRacingDue,
  contestedWindows,
  clockOff5Minutes,
];
