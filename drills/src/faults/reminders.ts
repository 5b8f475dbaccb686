import { setTimeout as delay } from 'node:timers/promises';
import { nanos } from '@nats-io/transport-node';
import { raceTheClock } from '../load/race-the-clock.ts';
import type { StoredMessage } from '../network/nats-peer.ts';
import type { DrillStack } from '../stack/drill-stack.ts';
import { copyDatabase, putBack } from '../stack/mongodb-copy.ts';
import { atFailpoint, killAtFailpoint } from './at-failpoint.ts';
import type { Fault } from './fault.ts';

/** In the order of dispatch. `mid-send` has a fault to itself. */
const dispatchSteps = ['after-claim', 'after-decision', 'after-sent'];
const killsPerStep = { quick: 1, full: 6 };
const raceSeconds = { quick: 7, full: 60 };
const heldMs = 400;
const sinceBackupMs = { quick: 8_000, full: 60_000 };
/** Else the stream would hide what is published again after the restore. */
const shortDuplicateWindow = 1_000;
const duplicateWindow = 10 * 60_000;
/** Within this time a command that MongoDB has received is carried out. */
const inFlightMs = 500;
const publishedAgainMs = 5_000;

export const reminderFaults: readonly Fault[] = [
  killAtFailpoint(
    'kill-mid-send',
    'SIGKILL of reminders after it published reminder.due and before it updated its ledger',
    'reminders',
    'mid-send',
  ),
  {
    name: 'kill-in-dispatch',
    what: 'SIGKILL of reminders after it claimed due reminders, decided on them, or marked them as sent',
    alerts: [],
    inject: async (context) => {
      const times = killsPerStep[context.pace];
      for (const failpoint of dispatchSteps)
        await atFailpoint(context, { service: 'reminders', failpoint, action: { do: 'SIGKILL' }, times });
    },
  },
  {
    name: 'cancel-racing-due',
    what: 'all users cancel or move their window as its reminder falls due, while a worker delays with it claimed',
    alerts: [],
    journeys: [raceTheClock],
    inject: async ({ stack: { orders }, pace }) => {
      const until = performance.now() + raceSeconds[pace] * 1_000;
      while (performance.now() < until) {
        await orders.arm('reminders', 'after-claim', { do: 'delay', ms: heldMs });
        await delay(heldMs / 2);
      }
    },
  },
  {
    name: 'reminders-restored',
    what: 'MongoDB comes back as it was a minute before, while users work on',
    alerts: ['RemindersOverdue'],
    refillsReminder: true,
    knownToFail: 'after a restore on a busy machine, reminders now and then leaves a due reminder unsettled',
    inject: async ({ stack, pace }) => {
      const { links, peer } = stack;
      const db = stack.mongo.db();
      await peer.manager.streams.update('REMINDER', { duplicate_window: nanos(shortDuplicateWindow) });
      try {
        const backup = await stack.whileStopped(() => copyDatabase(db));
        await delay(sinceBackupMs[pace]);
        links.mongo.judge(() => 'cut-before');
        links.mongo.reset();
        await delay(inFlightMs);
        const { state } = await peer.manager.streams.info('REMINDER');
        await putBack(db, backup);
        links.mongo.heal();
        await delay(publishedAgainMs);
        await refuseRepeated(stack, state.last_seq);
      } finally {
        await peer.manager.streams.update('REMINDER', { duplicate_window: nanos(duplicateWindow) });
      }
    },
  },
];

/** @throws when an event up to this sequence is on REMINDER once more after it */
async function refuseRepeated({ peer }: DrillStack, last: number): Promise<void> {
  const stored = await peer.read('REMINDER');
  const idOf = ({ headers }: StoredMessage) => headers?.get('Nats-Msg-Id');
  const before = new Set(stored.filter(({ seq }) => seq <= last).map(idOf));
  const again = stored.filter((message) => message.seq > last && before.has(idOf(message)));
  if (again.length > 0)
    throw new Error(`published again after the restore: ${again.map(({ text }) => text).join(' ')}`);
}
