import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Erasure, lenient, Uuid } from '@punctual/contracts';
import { type Command, type Context, type Input, WrongUse, yesFlag } from '../cli/command.ts';
import { required, wholeNumber } from '../cli/read-input.ts';
import { table } from '../cli/table.ts';
import { askGateway } from '../system/ask-gateway.ts';
import { findSystem, type System } from '../system/find-system.ts';
import { type Nats, withNats } from '../system/with-nats.ts';
import { copyStreams, eraseMessages, messagesOf } from './erase-messages.ts';

type Count = { place: string; rows: number };

const services = { scheduling: '', payouts: '/payouts' } as const;
const defaultWaitS = 60;

export const erasePerson: Command = {
  name: 'erase-person',
  about: 'replaces the texts written by or about a person, everywhere; ids, times and money stay',
  details:
    'May be repeated. Streams of events keep their messages until they age out: docs/privacy.md lists every place and how long it keeps what.',
  flags: {
    id: { value: 'UUID', about: 'the person' },
    reason: { value: 'TEXT', about: 'why, for the record: the number of the request, without a name' },
    wait: { value: 'SECONDS', about: `how long to wait for the services (${defaultWaitS})` },
    'dry-run': { about: 'only counts what there is to erase' },
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
      context.print(`\nTo be erased for good, at ${nats.address} and ${system.gateway()}: person ${personId}`);
      if (!(await context.agree(input))) return;
      await erase(context, { system, nats, personId, reason, waitS });
    });
  },
};

/** @throws WrongUse */
function personOf(input: Input): string {
  const text = required(input, 'id');
  const id = Uuid.safeParse(text.toLowerCase()).data;
  if (id === undefined) throw new WrongUse(`“${text}” is not the id of a person.`);
  return id;
}

type Wanted = { system: System; nats: Nats; personId: string; reason: string; waitS: number };

/** Messages twice: what a service dead-letters while it catches up with the erasure is from before it. */
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
  const waiting: string[] = [];
  const deadline = performance.now() + waitS * 1_000;
  for (const service of Object.keys(services) as (keyof typeof services)[]) {
    const erasure = await untilFinished({ system, service, personId, at, deadline });
    if (erasure) done.push(...countsOf(service, erasure.erased));
    else waiting.push(service);
  }
  await eraseCopies();
  show({ print }, [...done, ...[...copies].map(([place, rows]) => ({ place, rows }))]);
  if (waiting.length > 0) {
    throw new Error(
      `${waiting.join(' and ')} did not finish within ${waitS} s. The erasure is recorded and goes on by itself as soon as the service is there; repeat the command then.`,
    );
  }
  say(`Erased. The streams of events keep what they have until it ages out.`);
}

type Asked = { system: System; service: keyof typeof services; personId: string; at: string | null; deadline: number };

/** Undefined when the service, which may be away, has not finished by then. */
async function untilFinished({ system, service, personId, at, deadline }: Asked): Promise<Erasure | undefined> {
  do {
    const erasure = await stateOf(system, service, personId).catch(() => undefined);
    if (erasure?.finishedAt && (erasure.at ?? '') >= (at ?? '')) return erasure;
    await delay(500);
  } while (performance.now() < deadline);
  return undefined;
}

function stateOf(system: System, service: keyof typeof services, personId: string, query = ''): Promise<Erasure> {
  return askGateway(system, `/ops/people/${personId}/erasure${services[service]}${query}`, lenient(Erasure));
}

async function countAll({ say }: Context, system: System, nats: Nats, personId: string): Promise<Count[]> {
  const counts: Count[] = [];
  for (const service of Object.keys(services) as (keyof typeof services)[]) {
    // A service that is away erases when it is back.
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
