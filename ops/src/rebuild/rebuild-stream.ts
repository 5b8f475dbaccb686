import { setTimeout as delay } from 'node:timers/promises';
import {
  declareStream,
  finishRebuild,
  messagesOn,
  type Outbox,
  openOutbox,
  planRebuild,
  producers,
  type RebuildableStream,
  startRebuild,
} from '@punctual/operations';
import { type CommandInput, type Context, type OpsCommand, WrongUse, yesFlag } from '../cli/command.ts';
import { required } from '../cli/read-input.ts';
import { count } from '../cli/table.ts';
import { findSystem, type System } from '../system/find-system.ts';
import { type Nats, withNats } from '../system/with-nats.ts';

/** Reminders looks every two seconds. */
const refillBeginsMs = 5_000;

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

type Work = { input: CommandInput; system: System; nats: Nats; stream: RebuildableStream };

async function rebuild(context: Context, { outbox, ...work }: Work & { outbox: Outbox }): Promise<void> {
  const { nats, system, stream } = work;
  const plan = await planRebuild(nats, stream, outbox);
  const { lost, oldest, held } = plan;
  describe(context, work, held);
  if (lost === 0 && held !== undefined) return context.print('No event of the outbox is missing from it.');
  const since = oldest ? `, the oldest from ${oldest.toString({ smallestUnit: 'millisecond' })}` : '';
  context.print(`Will be published again, with the same ids: ${count(lost, 'event')}${since}.`);
  if (held)
    context.print('They are appended, so they arrive out of order. Consumers that compare versions are unaffected.');
  if (!(await context.agree(work.input))) return;

  const marked = await startRebuild(nats, plan, { outbox, settings: system.streams });
  context.say(`${count(marked, 'event')} marked; waiting for the service to publish them.`);
  const refused = await finishRebuild(nats, plan, outbox);
  context.print(`${count(marked - refused, 'event')} on ${stream} again.`);
  if (refused > 0) {
    throw new Error(
      `${count(refused, 'event')} refused: the stream still remembers their ids. Run this again ten minutes after it was emptied.`,
    );
  }
}

/** Prints how many messages the stream holds. */
function describe({ print }: Context, { nats, stream }: Work, held: number | undefined): void {
  print(
    held === undefined
      ? `${stream} is missing at ${nats.address}; it will be declared.`
      : `${stream} at ${nats.address} holds ${count(held, 'message')}.`,
  );
}

/** Declares a stream, and gives its service time to refill it. */
async function declare(context: Context, work: Work): Promise<void> {
  const { nats, stream } = work;
  const held = await messagesOn(nats, stream);
  describe(context, work, held);
  context.print('Reminders publishes again what is missing of the last seven days, with the same ids, by itself.');
  if (held !== undefined || !(await context.agree(work.input))) return;
  await declareStream(nats, stream, work.system.streams);
  context.say(`${stream} is declared again; waiting for reminders to refill it.`);
  await delay(refillBeginsMs);
  const { state } = await nats.manager.streams.info(stream);
  context.print(`${count(state.messages, 'event')} on ${stream} again. More may follow.`);
}

function readStreamName(input: CommandInput): RebuildableStream {
  const name = required(input, 'stream').toUpperCase();
  if (!isRebuildable(name)) throw new WrongUse(`--stream ${name} must be one of ${Object.keys(producers).join(', ')}.`);
  return name;
}

function isRebuildable(name: string): name is RebuildableStream {
  return Object.hasOwn(producers, name);
}
