import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { reasonOf } from '@punctual/chassis';
import { consumers, Erasure, lenient, Uuid } from '@punctual/contracts';
import { askGateway } from '@punctual/operations';
import { type CommandInput, type Context, type OpsCommand, WrongUse, yesFlag } from '../cli/command.ts';
import { required, wholeNumber } from '../cli/read-input.ts';
import { table } from '../cli/table.ts';
import { findSystem, type System } from '../system/find-system.ts';
import { type Nats, withNats } from '../system/with-nats.ts';
import { copyStreams, eraseMessages, messagesOf } from './erase-messages.ts';

type Count = { place: string; rows: number };

const services = { scheduling: '', payouts: '/payouts' } as const;
const defaultWaitS = 60;

export const erasePerson: OpsCommand = {
  name: 'erase-person',
  about: 'replaces all texts written by or about a person; ids, times and money stay',
  details:
    'Safe to repeat. The streams of events keep their messages until they age out; docs/privacy.md lists every place and its retention.',
  flags: {
    id: { value: 'UUID', about: 'the person' },
    reason: { value: 'TEXT', about: 'the reason to record: the number of the request, without a name' },
    wait: { value: 'SECONDS', about: `how long to wait for the services (${defaultWaitS})` },
    'dry-run': { about: 'only count what would be erased' },
    yes: yesFlag,
  },
  run: async (context, input) => {
    const personId = personOf(input);
    const waitS = wholeNumber('--wait', input.text('wait') ?? String(defaultWaitS));
    const reason = input.text('reason') ?? 'At the request of the person';
    const system = await findSystem(context.environment);
    await withNats(system, async (nats) => {
      show(context, await countAll(context, system, nats, personId));
      if (input.has('dry-run')) return;
      context.print(`\nWill be erased for good, at ${nats.address} and ${system.gateway()}: person ${personId}`);
      if (!(await context.agree(input))) return;
      await erase(context, { system, nats, personId, reason, waitS });
    });
  },
};

/** @throws WrongUse */
function personOf(input: CommandInput): string {
  const text = required(input, 'id');
  const id = Uuid.safeParse(text.toLowerCase()).data;
  if (id === undefined) throw new WrongUse(`“${text}” is not a person id.`);
  return id;
}

type Wanted = { system: System; nats: Nats; personId: string; reason: string; waitS: number };

/**
 * Erases messages twice: while a service catches up, it may dead-letter events from before the
 * erasure.
 */
async function erase({ print, say }: Context, { system, nats, personId, reason, waitS }: Wanted): Promise<void> {
  const path = `/ops/people/${personId}/erasure`;
  const { at } = await askGateway(system, path, lenient(Erasure), { body: { reason }, key: randomUUID() });
  const copies = new Map<string, number>();
  const eraseCopies = async () => {
    for (const stream of copyStreams) {
      copies.set(stream, (copies.get(stream) ?? 0) + (await eraseMessages(nats, stream, personId)));
    }
  };
  await eraseCopies();
  const done: Count[] = [];
  const waiting: { service: string; reason: string | undefined }[] = [];
  const deadline = performance.now() + waitS * 1_000;
  for (const service of Object.keys(services) as (keyof typeof services)[]) {
    const erasure = await untilFinished({ system, service, personId, at, deadline });
    if (typeof erasure === 'object') done.push(...countsOf(service, erasure.erased));
    else waiting.push({ service, reason: erasure });
  }
  if (!(await untilRemindersErased(nats, deadline))) waiting.push({ service: 'reminders', reason: undefined });
  await eraseCopies();
  show({ print }, [...done, ...[...copies].map(([place, rows]) => ({ place, rows }))]);
  if (waiting.length > 0) {
    const names = waiting.map(({ service }) => service).join(' and ');
    const reason = waiting.find((each) => each.reason)?.reason;
    throw new Error(
      `${names} did not finish within ${waitS} s${reason ? ` (${reason})` : ''}. The erasure is recorded and continues as soon as the service is back. Then repeat the command.`,
    );
  }
  say('Erased. The streams of events keep their messages until they age out.');
}

type Asked = { system: System; service: keyof typeof services; personId: string; at: string | null; deadline: number };

/** @returns why there is no answer of the service, when it has not finished by the deadline */
async function untilFinished({
  system,
  service,
  personId,
  at,
  deadline,
}: Asked): Promise<Erasure | string | undefined> {
  for (;;) {
    const erasure = await stateOf(system, service, personId).catch(reasonOf);
    const isAnswer = typeof erasure === 'object';
    if (isAnswer && erasure.finishedAt && (erasure.at ?? '') >= (at ?? '')) return erasure;
    if (performance.now() >= deadline) return isAnswer ? undefined : erasure;
    await delay(500);
  }
}

/**
 * Waits until reminders has handled every `person.erased` on the stream. It erases at once, without
 * a record, and payouts has had the event by now.
 */
async function untilRemindersErased({ manager }: Nats, deadline: number): Promise<boolean> {
  const { stream, durable } = consumers.remindersPerson;
  for (;;) {
    const { num_pending, num_ack_pending } = await manager.consumers.info(stream, durable);
    if (num_pending + num_ack_pending === 0) return true;
    if (performance.now() >= deadline) return false;
    await delay(500);
  }
}

function stateOf(system: System, service: keyof typeof services, personId: string, query = ''): Promise<Erasure> {
  return askGateway(system, `/ops/people/${personId}/erasure${services[service]}${query}`, lenient(Erasure));
}

async function countAll({ say }: Context, system: System, nats: Nats, personId: string): Promise<Count[]> {
  const counts: Count[] = [];
  for (const service of Object.keys(services) as (keyof typeof services)[]) {
    // A service that is down erases when it is back.
    const { left } = await stateOf(system, service, personId, '?count=true').catch((error: Error) => {
      say(`${service} cannot be counted: ${error.message}`);
      return { left: {} };
    });
    counts.push(...countsOf(service, left ?? {}));
  }
  for (const stream of copyStreams) {
    let rows = 0;
    for await (const _ of messagesOf(nats, stream, personId)) rows += 1;
    counts.push({ place: stream, rows });
  }
  return counts;
}

function countsOf(service: string, counts: Readonly<Record<string, number>>): Count[] {
  return Object.entries(counts).map(([name, rows]) => ({ place: `${service}.${name}`, rows }));
}

function show({ print }: Pick<Context, 'print'>, counts: readonly Count[]): void {
  const rows = counts.map(({ place, rows }) => [place, String(rows)]);
  print(table(['PLACE', 'ROWS'], rows).join('\n'));
}
