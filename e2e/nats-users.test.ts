import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection, PermissionViolationError } from '@nats-io/transport-node';
import { applyStreams, type NatsUser, natsSignIn, type Server, startNats } from '@punctual/devstack';
import { confirm, eventually, giveJob, propose, startTestStack } from '@punctual/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** A name like those that the client generates for ephemeral consumers. */
const madeUp = 'V7KBWJ9FCQDM2N0XT4R6LH_1';

type Durable = readonly [stream: string, name: string];
type Rights = {
  publishes: string[];
  hears: string[];
  declares: readonly string[];
  durables: Durable[];
  reads: string[];
};

const streams = ['SCHEDULE', 'REMINDER', 'PAYOUT', 'DLQ', 'REPLAY', 'ADVISORY', 'AUDIT'];
/** Streams that the console reads with ephemeral consumers. */
const readable = ['SCHEDULE', 'REMINDER', 'PAYOUT', 'DLQ', 'AUDIT'];
/** Lists of consumers. */
const listing = ['SCHEDULE', 'REMINDER', 'PAYOUT'].map((stream) => `$JS.API.CONSUMER.LIST.${stream}`);

/** What each user needs (design §5, §6), and nothing else. */
const rights: Record<Exclude<NatsUser, 'ops'>, Rights> = {
  streams: {
    publishes: [],
    hears: [],
    declares: streams,
    durables: [
      ...consumer('REMINDER', 'scheduling-reminder'),
      ...consumer('PAYOUT', 'scheduling-payout'),
      ...consumer('SCHEDULE', 'reminders-schedule'),
      ...consumer('SCHEDULE', 'reminders-person'),
      ...consumer('SCHEDULE', 'payouts-schedule'),
      ...consumer('SCHEDULE', 'payouts-person'),
    ],
    reads: ['SCHEDULE', 'REMINDER', 'PAYOUT'],
  },
  console: {
    publishes: [
      'audit.1.start',
      'replay.payouts-schedule',
      '$SRV.INFO',
      '$JS.API.STREAM.MSG.DELETE.DLQ',
      ...streams.map((stream) => `$JS.API.CONSUMER.LIST.${stream}`),
    ],
    hears: [],
    declares: [],
    durables: readable.map((stream): Durable => [stream, madeUp]),
    reads: streams,
  },
  deployer: {
    publishes: [
      '$SRV.INFO',
      ...['gateway', 'scheduling', 'reminders', 'payouts'].map((name) => `contracts.${name}.1`),
      ...listing,
    ],
    hears: [],
    declares: [],
    durables: [],
    reads: [],
  },
  scheduling: {
    publishes: [
      'schedule.confirmed',
      'person.erased',
      'dlq.scheduling-reminder',
      'dlq.scheduling-payout',
      'wakeup.outbox.scheduling',
    ],
    hears: ['wakeup.outbox.scheduling', ...announcing('scheduling')],
    declares: [],
    durables: [...consumer('REMINDER', 'scheduling-reminder'), ...consumer('PAYOUT', 'scheduling-payout')],
    reads: ['SCHEDULE', 'REMINDER', 'PAYOUT', 'REPLAY'],
  },
  reminders: {
    publishes: ['reminder.due', 'dlq.reminders-schedule', 'dlq.reminders-person'],
    hears: announcing('reminders'),
    declares: [],
    durables: [...consumer('SCHEDULE', 'reminders-schedule'), ...consumer('SCHEDULE', 'reminders-person')],
    reads: ['SCHEDULE', 'REMINDER', 'REPLAY'],
  },
  payouts: {
    publishes: ['payout.paid', 'dlq.payouts-schedule', 'dlq.payouts-person', 'wakeup.outbox.payouts'],
    hears: ['wakeup.outbox.payouts', ...announcing('payouts')],
    declares: [],
    durables: [...consumer('SCHEDULE', 'payouts-schedule'), ...consumer('SCHEDULE', 'payouts-person')],
    reads: ['SCHEDULE', 'PAYOUT', 'REPLAY'],
  },
  gateway: {
    publishes: listing,
    hears: announcing('gateway'),
    declares: [],
    durables: ['SCHEDULE', 'REMINDER', 'PAYOUT'].map((stream): Durable => [stream, madeUp]),
    reads: ['DLQ'],
  },
  notifier: {
    publishes: ['$JS.API.INFO'],
    hears: [],
    declares: [],
    durables: [
      ['REMINDER', 'notifier'],
      ['SCHEDULE', 'notifier'],
    ],
    reads: [],
  },
};
const users = Object.keys(rights) as (keyof typeof rights)[];
/** They get no answer to what they may not do, where services get an error. */
const outsiders: readonly string[] = ['streams', 'console', 'deployer'];
/** Streams of which a user may create, read and delete any consumer: permissions know no beginnings of names. */
const anyConsumerOf: Partial<Record<string, readonly string[]>> = {
  gateway: ['SCHEDULE', 'REMINDER', 'PAYOUT'],
  console: readable,
};
/** Users with permanent durables. */
const services = ['scheduling', 'reminders', 'payouts'] as const;

function all<Part>(of: (rights: Rights) => readonly Part[]): Part[] {
  return users.flatMap((user) => of(rights[user]));
}

let nats: Server;
beforeAll(async () => {
  nats = await startNats();
});
afterAll(() => nats.stop());

describe.each(users)('%s', (user) => {
  const { publishes, hears, declares, durables, reads } = rights[user];

  test('uses its own subjects and is refused all others', async () => {
    const everything = [
      ...all((each) => each.publishes),
      ...streams.flatMap(changing),
      ...all((each) => each.durables).flatMap(consuming),
      ...all((each) => each.durables).map(removing),
      ...all((each) => each.durables).map(resetting),
      ...all((each) => each.reads).map(reading),
      'replay.payouts-schedule',
      ...streams.flatMap(destroying),
      `$JS.API.CONSUMER.CREATE.DLQ.${madeUp}`,
      `$JS.API.CONSUMER.MSG.NEXT.DLQ.${madeUp}`,
    ];
    const asked = [...new Set(everything)].sort();
    const allowed = new Set([
      ...publishes,
      ...declares.flatMap(declaring),
      ...(user === 'streams' ? durables.flatMap(creating) : durables.flatMap(consuming)),
      ...(user === 'streams' ? durables.map(resetting) : []),
      ...(outsiders.includes(user) ? [] : ['$JS.API.INFO']),
      ...asked.filter((subject) => (anyConsumerOf[user] ?? []).includes(streamOfConsumer(subject))),
      ...(user === 'gateway' || user === 'notifier' ? durables.map(removing) : []),
      // Answered with an error instead, see below.
      ...(outsiders.includes(user) ? [] : streams.flatMap(changing)),
      ...reads.map(reading),
    ]);
    const refused = await refusals(user, (connection) => {
      for (const subject of asked) connection.publish(subject);
    });
    expect(refused).toEqual(asked.filter((subject) => !allowed.has(subject)));
  });

  test('subscribes to its own subjects and is refused all others', async () => {
    const inboxes = users.map((each) => `_INBOX.${each}.>`);
    const others = ['_INBOX.>', 'schedule.>', 'dlq.>', 'replay.>', '$JS.EVENT.ADVISORY.>', 'contracts.>', '>'];
    const asked = [...new Set([...all((each) => each.hears), ...inboxes, ...others])].sort();
    const allowed = new Set([...hears, `_INBOX.${user}.>`]);
    const refused = await refusals(user, (connection) => {
      for (const subject of asked) connection.subscribe(subject);
    });
    expect(refused).toEqual(asked.filter((subject) => !allowed.has(subject)));
  });
});

describe('what a permitted subject can do', () => {
  const others = ['schedule.confirmed', 'payout.paid', 'reminder.due', 'replay.payouts-schedule', 'dlq.forged'];
  const api = ['STREAM.PURGE.SCHEDULE', 'STREAM.DELETE.DLQ', 'CONSUMER.DELETE.SCHEDULE.payouts-schedule'];
  const replies = [
    ...others,
    ...api.map((subject) => `$JS.API.${subject}`),
    'COPIES.gateway.API.STREAM.DELETE.SCHEDULE',
  ];
  let server: Server;
  let ops: NatsConnection;

  beforeAll(async () => {
    server = await startNats();
    await applyStreams(server.url);
    ops = await connect({ servers: server.url, ...natsSignIn('ops') });
    for (const stream of [
      'schedule.proposed',
      'reminder.queued',
      'payout.pending',
      'dlq.x',
      'replay.payouts-schedule',
    ]) {
      for (let count = 0; count < 20; count += 1) await ask(ops, stream, { id: String(count) });
    }
    // Until the copies have them.
    const gateway = await connect({ servers: server.url, ...natsSignIn('gateway') });
    const copied = async () => {
      for (const stream of ['SCHEDULE', 'REMINDER', 'PAYOUT'])
        expect(await ask(gateway, `$JS.API.STREAM.INFO.${stream}`)).toMatchObject({ state: { messages: 20 } });
    };
    await eventually(copied);
    await gateway.close();
  });
  afterAll(async () => {
    await ops.close();
    await server.stop();
  });

  /** The state that no user may change. */
  const state = async () => {
    const found = [];
    for (const stream of streams) {
      const { config, state: kept } = await ask(ops, `$JS.API.STREAM.INFO.${stream}`);
      const { consumers } = await ask(ops, `$JS.API.CONSUMER.LIST.${stream}`);
      found.push({
        config,
        kept: [kept.first_seq, kept.last_seq],
        consumers: consumers.map(({ name }) => name).sort(),
      });
    }
    return found;
  };

  test.each(users.filter((user) => !outsiders.includes(user)))('%s changes no stream', async (user) => {
    const before = await state();
    const connection = await connect({ servers: server.url, ...natsSignIn(user) });
    const { config } = await ask(ops, '$JS.API.STREAM.INFO.DLQ');
    const elsewhere = { name: 'DLQ', sources: [{ name: 'SCHEDULE' }] };
    const wishes = [
      ['UPDATE', { ...config, republish: { src: 'dlq.>', dest: 'schedule.confirmed' } }],
      ['UPDATE', { ...config, max_msgs: 1, discard: 'old' }],
      ['UPDATE', { ...config, sources: [{ name: 'SCHEDULE' }] }],
      ['UPDATE', { ...config, subjects: ['dlq.>', 'payout.>'] }],
      ['CREATE', elsewhere],
      ['CREATE', { name: 'DLQ', mirror: { name: 'SCHEDULE' } }],
      ['PURGE', {}],
      ['DELETE', undefined],
    ] as const;
    for (const [verb, wish] of wishes) {
      expect(await ask(connection, `$JS.API.STREAM.${verb}.DLQ`, wish), verb).toHaveProperty('error');
    }
    expect(await state()).toEqual(before);
    await connection.close();
  });

  test.each(['gateway', 'notifier'] as const)('%s cannot store a message through a consumer', async (user) => {
    const before = await state();
    const connection = await connect({ servers: server.url, ...natsSignIn(user) });
    const name = user === 'gateway' ? madeUp : 'notifier';
    const create = (more: object) =>
      ask(connection, `$JS.API.CONSUMER.CREATE.REMINDER.${name}`, {
        stream_name: 'REMINDER',
        config: { name, ack_policy: 'none', deliver_policy: 'all', inactive_threshold: 30e9, ...more },
        action: '',
      });
    const remove = () => ask(connection, `$JS.API.CONSUMER.DELETE.REMINDER.${name}`);
    for (const more of [{}, { headers_only: true }]) {
      expect(await create(more)).not.toHaveProperty('error');
      for (const reply of replies) {
        const next = `$JS.API.CONSUMER.MSG.NEXT.REMINDER.${name}`;
        connection.publish(next, JSON.stringify({ batch: 1, no_wait: true }), { reply });
      }
      await connection.flush();
      await remove();
    }
    for (const deliver_subject of replies.filter((subject) => !subject.startsWith('$'))) {
      await create({ deliver_subject });
      await remove();
    }
    await delay(500);
    expect(await state()).toEqual(before);
    await connection.close();
  });

  const durablesOfServices = [
    ['scheduling', 'PAYOUT', 'scheduling-payout'],
    ['reminders', 'SCHEDULE', 'reminders-schedule'],
    ['payouts', 'SCHEDULE', 'payouts-schedule'],
  ] as const;

  test.each(durablesOfServices)('%s cannot redirect messages or change a consumer', async (user, stream, name) => {
    const before = await state();
    const connection = await connect({ servers: server.url, ...natsSignIn(user) });
    const push = { name, durable_name: name, ack_policy: 'none', deliver_subject: 'payout.paid' };
    const create = (verb: string) =>
      ask(connection, `$JS.API.CONSUMER.${verb}.${stream}.${name}`, { stream_name: stream, config: push });
    expect(await create('CREATE')).toHaveProperty('error');
    // Answered without doing anything, for the sake of the previous release.
    expect(await create('DURABLE.CREATE')).not.toHaveProperty('config');
    const own = { scheduling: 'schedule.', reminders: 'reminder.', payouts: 'payout.' }[user];
    for (const reply of replies.filter((subject) => !subject.startsWith(own))) {
      const next = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`;
      connection.publish(next, JSON.stringify({ batch: 1, no_wait: true }), { reply });
    }
    await connection.flush();
    await delay(500);
    expect(await state()).toEqual(before);
    await connection.close();
  });

  test.each(durablesOfServices)('%s of the previous release reads %s as %s', async (user, stream, name) => {
    const connection = await connect({ servers: server.url, ...natsSignIn(user) });
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const wanted = { filter_subjects: ['nothing.>'], ack_wait: 10e9, max_deliver: -1 };

    const known = await manager.consumers.info(stream, name);
    await manager.consumers.update(stream, name, wanted);
    const consumer = await jetstream(connection, { checkAPI: false }).consumers.get(stream, name);

    expect((await consumer.info()).config).toEqual(known.config);
    const message = await consumer.next({ expires: 5_000 });
    expect(await message?.ackAck()).toBe(true);
    await connection.close();
  });

  test.each(durablesOfServices)('%s cannot declare %s again for another subject as %s', async (user, stream, name) => {
    const { consumers } = await jetstreamManager(ops);
    await consumers.delete(stream, name);
    const connection = await connect({ servers: server.url, ...natsSignIn(user) });
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const config = { durable_name: name, filter_subjects: ['>'], deliver_subject: 'payout.paid' };

    await manager.consumers.add(stream, config);
    await expect(consumers.info(stream, name)).rejects.toThrow('consumer not found');

    await connection.close();
    await applyStreams(server.url);
  });
});

describe('what runs', () => {
  const announced = ['gateway', ...services] as const;
  let connections: NatsConnection[];

  beforeAll(async () => {
    connections = [];
    // Two instances of each.
    for (const user of [...announced, ...announced]) {
      const connection = await connect({ servers: nats.url, ...natsSignIn(user) });
      for (const subject of announcing(user)) {
        connection.subscribe(subject, { callback: (_error, message) => void message.respond(user) });
      }
      await connection.flush();
      connections.push(connection);
    }
  });
  afterAll(() => Promise.all(connections.map((connection) => connection.close())));

  test.each(['ops', 'deployer'] as const)('%s hears from every instance', async (user) => {
    const asking = await connect({ servers: nats.url, ...natsSignIn(user) });
    const answers: string[] = [];
    for await (const answer of await asking.requestMany('$SRV.INFO', '', { strategy: 'stall', stall: 1_000 })) {
      answers.push(answer.string());
    }
    expect(answers.sort()).toEqual([...announced, ...announced].sort());
    for (const service of announced) {
      const answer = await asking.request(`contracts.${service}.1`);
      expect(answer.string()).toBe(service);
    }
    await asking.close();
  });

  test.each(announced)('%s hears no other service and answers nobody who did not ask', async (user) => {
    const connection = await connect({ servers: nats.url, ...natsSignIn(user) });
    const refused = refusalsOf(connection);
    // Allowed to answer a request does not mean allowed to publish.
    for (const subject of ['_INBOX.ops.1', '_INBOX.deployer.1', '_R_.forged', '$SRV.INFO']) connection.publish(subject);
    await connection.flush();
    await connection.close();
    expect(await refused).toEqual(['$SRV.INFO', '_INBOX.deployer.1', '_INBOX.ops.1', '_R_.forged']);
  });
});

/** The reply of JetStream. */
async function ask(connection: NatsConnection, subject: string, body?: object): Promise<Answer> {
  const answer = await connection.request(subject, body && JSON.stringify(body), { timeout: 5_000 });
  return answer.json();
}

type Answer = {
  config: object;
  state: { first_seq: number; last_seq: number };
  consumers: { name: string }[];
};

test('NATS refuses a wrong password; anonymous clients of the development stack act as ops', async () => {
  const wrong = { ...natsSignIn('scheduling'), pass: 'guessed', servers: nats.url, reconnect: false };
  await expect(connect(wrong)).rejects.toThrow(/authorization/i);
  const refused = await refusals('ops', (connection) => {
    for (const subject of ['schedule.confirmed', 'dlq.x', ...destroying('SCHEDULE')]) connection.publish(subject);
    connection.subscribe('>');
  });
  expect(refused).toEqual([]);
});

test('a visit needs no permission that the signed-in services lack', { timeout: 180_000 }, async () => {
  const world = await startTestStack('nats-users');
  try {
    const [customer, provider] = [await world.user('customer'), await world.user('provider')];
    const visit = await giveJob(customer, provider);
    const params = { id: visit.assignmentId };
    const changes = await customer.streamChanges({ params });
    await propose(visit);
    await confirm(visit);
    for await (const { type } of changes) if (type === 'reminder.queued') break;
    // By way of reminders and of payouts, and back.
    const ops = await world.user('ops');
    const copied = { reminderStatus: 'QUEUED', payoutStatus: 'PENDING' };
    await eventually(async () => expect(await ops.getAssignment({ params })).toMatchObject(copied));
    await ops.explainAssignment({ params });
  } finally {
    await world.stop();
  }
  for (const service of ['gateway', ...services]) {
    const log = readFileSync(join(world.logDir, `${service}.log`), 'utf8');
    expect(log).toContain(`"user":"${service}"`);
    expect(log).not.toMatch(/permissions violation/i);
  }
});

test('services that NATS rejects keep working as when it is down', { timeout: 180_000 }, async () => {
  const world = await startTestStack('nats-users-refused', { environment: { NATS_PASSWORD: 'guessed' } });
  try {
    for (const service of ['gateway', ...services] as const) {
      const ready = await fetch(`${world.stack.service(service).url}/healthz/ready`);
      expect(ready.status).toBe(200);
      expect(await ready.json()).toMatchObject({ checks: { broker: 'away' } });
    }
    const visit = await giveJob(await world.user('customer'), await world.user('provider'));
    expect(await propose(visit)).toMatchObject({ status: 'PROPOSED' });
  } finally {
    await world.stop();
  }
});

/** The sources of a durable: its stream, replays by ops, and JetStream's advisories. */
function consumer(stream: string, name: string): Durable[] {
  return [stream, 'REPLAY', 'ADVISORY'].map((each): Durable => [each, name]);
}

/** Subjects on which a service is asked what it is. */
function announcing(service: string): string[] {
  return ['$SRV.>', `contracts.${service}.*`];
}

function declaring(stream: string): string[] {
  return ['CREATE', 'UPDATE'].map((verb) => `$JS.API.STREAM.${verb}.${stream}`);
}

/** Subjects to declare it, to fetch, and to acknowledge in both forms. */
function consuming([stream, name]: Durable): string[] {
  const asking = ['CREATE', 'MSG.NEXT'].map((verb) => `$JS.API.CONSUMER.${verb}.${stream}.${name}`);
  // The gateway only reads.
  if (name === madeUp) return asking;
  const acknowledging = ['$JS.ACK', '$JS.ACK.domain.account'].map((begin) => `${begin}.${stream}.${name}.1.1.1.1.0`);
  return [...asking, `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.${name}`, ...acknowledging];
}

function creating([stream, name]: Durable): string[] {
  return ['CREATE', 'DURABLE.CREATE'].map((verb) => `$JS.API.CONSUMER.${verb}.${stream}.${name}`);
}

function removing([stream, name]: Durable): string {
  return `$JS.API.CONSUMER.DELETE.${stream}.${name}`;
}

/** The stream of a request that creates, reads or deletes a consumer; empty for any other. */
function streamOfConsumer(subject: string): string {
  return /^\$JS\.API\.CONSUMER\.(?:CREATE|MSG\.NEXT|DELETE)\.([A-Z]+)\.[^.]+$/.exec(subject)?.[1] ?? '';
}

function resetting([stream, name]: Durable): string {
  return `$JS.API.CONSUMER.RESET.${stream}.${name}`;
}

function reading(stream: string): string {
  return `$JS.API.STREAM.MSG.GET.${stream}`;
}

/** Requests that NATS refuses to a service or a reader. */
function changing(stream: string): string[] {
  return ['CREATE', 'UPDATE', 'DELETE', 'PURGE'].map((verb) => `$JS.API.STREAM.${verb}.${stream}`);
}

function destroying(stream: string): string[] {
  return ['PURGE', 'DELETE', 'MSG.DELETE'].map((verb) => `$JS.API.STREAM.${verb}.${stream}`);
}

/** Sorted subjects that NATS refused. The server has no streams, so nothing else happens. */
async function refusals(user: NatsUser, ask: (connection: NatsConnection) => void): Promise<string[]> {
  const signIn = user === 'ops' ? {} : natsSignIn(user);
  const connection = await connect({ servers: nats.url, ...signIn });
  const refused = refusalsOf(connection);
  ask(connection);
  await connection.flush();
  await connection.close();
  return refused;
}

/** Sorted subjects that NATS refuses until the connection is closed. */
async function refusalsOf(connection: NatsConnection): Promise<string[]> {
  const refused: string[] = [];
  for await (const status of connection.status()) {
    if (status.type === 'error' && status.error instanceof PermissionViolationError) refused.push(status.error.subject);
  }
  return refused.sort();
}
