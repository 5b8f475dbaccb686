import { setTimeout as delay } from 'node:timers/promises';
import { declareStreams } from '@punctual/chassis';
import { type Command, type Context, type Input, WrongUse, yesFlag } from '../cli/command.ts';
import { required } from '../cli/read-input.ts';
import { count } from '../cli/table.ts';
import { untilAtMost } from '../replay/until-at-most.ts';
import { declareReaders } from '../streams/declare-readers.ts';
import { findSystem, type System } from '../system/find-system.ts';
import { streamInfo } from '../system/read-stream.ts';
import { type Nats, withNats } from '../system/with-nats.ts';
import { idsOnStream } from './ids-on-stream.ts';
import { type Outbox, openOutbox } from './outbox-of.ts';

/** Whose outbox a stream comes from; what reminders has published, it does not keep. */
export const producers = { SCHEDULE: 'scheduling', PAYOUT: 'payouts', REMINDER: undefined } as const;
/** By when what the relay had in hand is refused, for want of a stream, and is read again behind what was lost. */
export const refusedWithinMs = 2_000;
type Rebuildable = keyof typeof producers;

export const rebuildStream: Command = {
  name: 'rebuild-stream',
  about: 'fills a stream that was lost from the outbox of its service, with the same ids',
  details: [
    'Makes the stream if it is gone, and has the service publish again what its outbox has of the last seven days and the stream has not.',
    'Older events are gone. REMINDER is only made anew, and empty: reminders keeps no events, but what is planned is still sent.',
  ].join('\n'),
  flags: { stream: { value: 'NAME', about: Object.keys(producers).join(', ') }, yes: yesFlag },
  run: async (context, input) => {
    const stream = readStreamName(input);
    const system = await findSystem(context.environment);
    await withNats(system, async (nats) => {
      const producer = producers[stream];
      if (producer === undefined) return makeEmpty(context, { input, system, nats, stream });
      const outbox = await openOutbox(system.database(producer));
      try {
        await rebuild(context, { input, system, nats, stream, outbox });
      } finally {
        await outbox.close();
      }
    });
  },
};

type Work = { input: Input; system: System; nats: Nats; stream: Rebuildable };

async function rebuild(context: Context, { outbox, ...work }: Work & { outbox: Outbox }): Promise<void> {
  const { nats, system, stream } = work;
  for await (const ids of idsOnStream(nats, stream)) await outbox.noteOnStream(ids);
  const { lost, oldest } = await outbox.countLost();
  const held = await describe(context, work);
  if (lost === 0 && held !== undefined) return context.print('Nothing is missing from it that the outbox has.');
  const since = oldest ? `, the oldest of ${oldest.toISOString()}` : '';
  context.print(`To be published again, with the same ids: ${count(lost, 'event')}${since}.`);
  if (held) context.print('They come behind what it holds, and so out of order; who compares versions takes no harm.');
  if (!(await context.agree(work.input))) return;

  // Marked before there is a stream again: else what came in since it was lost would be published first.
  const marked = await outbox.markLost();
  if (held === undefined) await delay(refusedWithinMs);
  await declareStreams(nats, [stream], system.streams);
  await declareReaders(nats, system.streams);
  context.say(`${count(marked, 'event')} marked; waiting for the service to publish them.`);
  await untilAtMost(0, outbox.countWaiting).catch((error: Error) => {
    throw new Error(`${error.message} Is the service up? What is marked is published when it is (docs/runbook.md).`);
  });

  for await (const ids of idsOnStream(nats, stream)) await outbox.noteOnStream(ids);
  const { lost: refused } = await outbox.countLost();
  context.print(`${count(marked - refused, 'event')} on ${stream} again.`);
  if (refused > 0) {
    throw new Error(
      `${count(refused, 'event')} not taken: the stream still remembers their ids. Run this again ten minutes after it was emptied.`,
    );
  }
}

/** Says, and answers, how many messages the stream holds; undefined when there is none. */
async function describe({ print }: Context, { nats, stream }: Work): Promise<number | undefined> {
  const info = await streamInfo(nats, stream);
  print(
    info
      ? `${stream} at ${nats.address} holds ${count(info.state.messages, 'message')}.`
      : `There is no ${stream} at ${nats.address}; it will be made.`,
  );
  return info?.state.messages;
}

async function makeEmpty(context: Context, work: Work): Promise<void> {
  const held = await describe(context, work);
  context.print('It cannot be filled: reminders keeps no events that were published. What is planned will be sent.');
  if (held !== undefined || !(await context.agree(work.input))) return;
  await declareStreams(work.nats, [work.stream], work.system.streams);
  await declareReaders(work.nats, work.system.streams);
  context.print(`${work.stream} is there again.`);
}

function readStreamName(input: Input): Rebuildable {
  const name = required(input, 'stream').toUpperCase();
  if (!isRebuildable(name)) throw new WrongUse(`--stream ${name} is none of ${Object.keys(producers).join(', ')}.`);
  return name;
}

function isRebuildable(name: string): name is Rebuildable {
  return Object.hasOwn(producers, name);
}
