import { consumerFaults } from './consumers.ts';
import { contradiction } from './contradiction.ts';
import { diskFull } from './disk-full.ts';
import { failoverFaults } from './failover.ts';
import type { Fault } from './fault.ts';
import { killFaults } from './kills.ts';
import { clusterFaults } from './nats-cluster.ts';
import { networkFaults } from './network.ts';
import { outboxFaults } from './outbox.ts';
import { paymentFaults } from './payments.ts';
import { reminderFaults } from './reminders.ts';
import { restoredFaults } from './restored.ts';
import { serverFaults } from './servers.ts';
import { streamFaults } from './streams.ts';
import { timeFaults } from './time.ts';

export const faults: readonly Fault[] = [
  ...killFaults,
  ...outboxFaults,
  ...serverFaults,
  diskFull,
  ...networkFaults,
  ...streamFaults,
  ...consumerFaults,
  contradiction,
  ...paymentFaults,
  ...reminderFaults,
  ...failoverFaults,
  ...restoredFaults,
  ...timeFaults,
  ...clusterFaults,
];
