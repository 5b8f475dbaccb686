import { setTimeout as delay } from 'node:timers/promises';
import { declareStreams, streamInfo } from '@punctual/chassis';
import { type CommandInput, type Context, type OpsCommand, WrongUse, yesFlag } from '../cli/command.ts';
import { required } from '../cli/read-input.ts';
import { count } from '../cli/table.ts';
import { untilAtMost } from '../replay/until-at-most.ts';
import { declareReaders } from '../streams/declare-readers.ts';
import { findSystem, type System } from '../system/find-system.ts';
import { type Nats, withNats } from '../system/with-nats.ts';
import { idsOnStream } from './ids-on-stream.ts';
import { type Outbox, openOutbox } from './outbox-of.ts';

/** The service whose outbox fills a stream. Reminders refills its stream by itself. */
const producers = { SCHEDULE: 'scheduling', PAYOUT: 'payouts', REMINDER: undefined } as const;
/**
 * How long until the relay's events in flight are refused, for want of a stream, and read again
 * after the lost ones.
 */
const refusedWithinMs = 2_000;
/** Reminders looks every two seconds. */
const refillBeginsMs = 5_000;
type Rebuildable = keyof typeof producers;

export const rebuildStream: OpsCommand = {
  name: 'rebuild-stream',
  about: 'refills a lost stream from the outbox of its service, with the same ids',
  details: [
    'Declares the stream if it is missing. Then the service publishes again the events of the last seven days that are missing from it.',
    'Older events are gone. REMINDER is only declared: reminders compares it with what it has published every two seconds, and refills it.',
  ].join('\n'),
  flags: { stream: { value: 'NAME', about: Object.keys(producers).join(', ') }, yes: yesFlag },
  run: async (context, input) => {
    const stream = readStreamName(input);
    const system = await findSystem(context.environment);
    await withNats(system, async (nats) => {
      const producer = producers[stream];
      if (producer === undefined) return declare(context, { input, system, nats, stream });
      const outbox = await openOutbox(system.database(producer));
      try {
        await rebuild(context, { input, system, nats, stream, outbox });
      } finally {
        await outbox.close();
      }
    });
  },
};

type Work = { input: CommandInput; system: System; nats: Nats; stream: Rebuildable };

async function rebuild(context: Context, { outbox, ...work }: Work & { outbox: Outbox }): Promise<void> {
  const { nats, system, stream } = work;
  for await (const ids of idsOnStream(nats, stream)) await outbox.addOnStream(ids);
  const { lost, oldest } = await outbox.countLost();
  const held = await describe(context, work);
  if (lost === 0 && held !== undefined) return context.print('No event of the outbox is missing from it.');
  const since = oldest ? `, the oldest from ${oldest.toString({ smallestUnit: 'millisecond' })}` : '';
  context.print(`Will be published again, with the same ids: ${count(lost, 'event')}${since}.`);
  if (held)
    context.print('They are appended, so they arrive out of order. Consumers that compare versions are unaffected.');
  if (!(await context.agree(work.input))) return;

  // Before the stream exists again: otherwise newer events would be published first.
  const marked = await outbox.markLost();
  if (held === undefined) await delay(refusedWithinMs);
  await declareStreams(nats, [stream], system.streams);
  await declareReaders(nats, system.streams);
  context.say(`${count(marked, 'event')} marked; waiting for the service to publish them.`);
  await untilAtMost(0, outbox.countWaiting).catch((error: Error) => {
    throw new Error(`${error.message} Is the service up? It publishes the marked events when it is (docs/runbook.md).`);
  });

  for await (const ids of idsOnStream(nats, stream)) await outbox.addOnStream(ids);
  const { lost: refused } = await outbox.countLost();
  context.print(`${count(marked - refused, 'event')} on ${stream} again.`);
  if (refused > 0) {
    throw new Error(
      `${count(refused, 'event')} refused: the stream still remembers their ids. Run this again ten minutes after it was emptied.`,
    );
  }
}

/** Prints and returns how many messages the stream holds; undefined when it does not exist. */
async function describe({ print }: Context, { nats, stream }: Work): Promise<number | undefined> {
  const info = await streamInfo(nats, stream);
  print(
    info
      ? `${stream} at ${nats.address} holds ${count(info.state.messages, 'message')}.`
      : `${stream} is missing at ${nats.address}; it will be declared.`,
  );
  return info?.state.messages;
}

/** Declares a stream, and gives its service time to refill it. */
async function declare(context: Context, work: Work): Promise<void> {
  const { nats, stream } = work;
  const held = await describe(context, work);
  context.print('Reminders publishes again what is missing of the last seven days, with the same ids, by itself.');
  if (held !== undefined || !(await context.agree(work.input))) return;
  await declareStreams(nats, [stream], work.system.streams);
  await declareReaders(nats, work.system.streams);
  context.say(`${stream} is declared again; waiting for reminders to refill it.`);
  await delay(refillBeginsMs);
  const { state } = await nats.manager.streams.info(stream);
  context.print(`${count(state.messages, 'event')} on ${stream} again. More may follow.`);
}

function readStreamName(input: CommandInput): Rebuildable {
  const name = required(input, 'stream').toUpperCase();
  if (!isRebuildable(name)) throw new WrongUse(`--stream ${name} must be one of ${Object.keys(producers).join(', ')}.`);
  return name;
}

function isRebuildable(name: string): name is Rebuildable {
  return Object.hasOwn(producers, name);
}
