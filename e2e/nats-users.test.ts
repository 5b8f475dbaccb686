import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect, type NatsConnection, PermissionViolationError } from '@nats-io/transport-node';
import { applyStreams, eventually, type NatsUser, natsSignIn, type Server, startNats } from '@punctual/devstack';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestStack } from './test-stack.ts';
import { confirm, giveJob, propose } from './visit.ts';

/** As the client makes up a name for a consumer that is not durable. */
const madeUp = 'V7KBWJ9FCQDM2N0XT4R6LH_1';

type Durable = readonly [stream: string, name: string];
type Rights = {
  publishes: string[];
  hears: string[];
  declares: readonly string[];
  durables: Durable[];
  reads: string[];
};

const streams = ['SCHEDULE', 'REMINDER', 'PAYOUT', 'DLQ', 'REPLAY', 'ADVISORY'];

/** What each needs (design §5, §6), and nothing else. */
const rights: Record<Exclude<NatsUser, 'ops'>, Rights> = {
  streams: {
    publishes: [],
    hears: [],
    declares: streams,
    durables: [
      ...consumer('REMINDER', 'scheduling-reminder'),
      ...consumer('PAYOUT', 'scheduling-payout'),
      ...consumer('SCHEDULE', 'reminders-schedule'),
      ...consumer('SCHEDULE', 'payouts-schedule'),
      ...consumer('SCHEDULE', 'payouts-person'),
    ],
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
    hears: ['wakeup.outbox.scheduling'],
    declares: [],
    durables: [...consumer('REMINDER', 'scheduling-reminder'), ...consumer('PAYOUT', 'scheduling-payout')],
    reads: ['REMINDER', 'PAYOUT', 'REPLAY'],
  },
  reminders: {
    publishes: ['reminder.due', 'dlq.reminders-schedule'],
    hears: [],
    declares: [],
    durables: consumer('SCHEDULE', 'reminders-schedule'),
    reads: ['SCHEDULE', 'REPLAY'],
  },
  payouts: {
    publishes: ['payout.paid', 'dlq.payouts-schedule', 'dlq.payouts-person', 'wakeup.outbox.payouts'],
    hears: ['wakeup.outbox.payouts'],
    declares: [],
    durables: [...consumer('SCHEDULE', 'payouts-schedule'), ...consumer('SCHEDULE', 'payouts-person')],
    reads: ['SCHEDULE', 'REPLAY'],
  },
  gateway: {
    publishes: [],
    hears: [],
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
/** Whose durables are there for good. */
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

  test('publishes, declares, consumes and reads what is its own, and is refused all else', async () => {
    const everything = [
      ...all((each) => each.publishes),
      ...streams.flatMap(changing),
      ...all((each) => each.durables).flatMap(consuming),
      ...all((each) => each.durables).map(removing),
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
      ...(user === 'streams' ? [] : ['$JS.API.INFO']),
      // Any consumer, for it reads copies that nobody else reads.
      ...(user === 'gateway'
        ? asked.filter(
            (subject) =>
              /\.CONSUMER\.(CREATE|MSG\.NEXT|DELETE)\.(SCHEDULE|REMINDER|PAYOUT)\.[^.]+$/.test(subject) &&
              !subject.includes('DURABLE'),
          )
        : []),
      ...(user === 'gateway' || user === 'notifier' ? durables.map(removing) : []),
      // Answered with an error instead, see below.
      ...(user === 'streams' ? [] : streams.flatMap(changing)),
      ...reads.map(reading),
    ]);
    const refused = await refusals(user, (connection) => {
      for (const subject of asked) connection.publish(subject);
    });
    expect(refused).toEqual(asked.filter((subject) => !allowed.has(subject)));
  });

  test('hears what is its own, and is refused all else', async () => {
    const inboxes = users.map((each) => `_INBOX.${each}.>`);
    const others = ['_INBOX.>', 'schedule.>', 'dlq.>', 'replay.>', '$JS.EVENT.ADVISORY.>', '>'];
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

  /** Everything that must not change, whatever a user asks for. */
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

  test.each(users.filter((user) => user !== 'streams'))('%s changes no stream', async (user) => {
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

  test.each(['gateway', 'notifier'] as const)('%s puts no message onto a stream by a consumer', async (user) => {
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

  test.each([
    ['scheduling', 'PAYOUT', 'scheduling-payout'],
    ['reminders', 'SCHEDULE', 'reminders-schedule'],
    ['payouts', 'SCHEDULE', 'payouts-schedule'],
  ] as const)('%s has messages delivered to nobody else, and changes no consumer', async (user, stream, name) => {
    const before = await state();
    const connection = await connect({ servers: server.url, ...natsSignIn(user) });
    const push = { name, durable_name: name, ack_policy: 'none', deliver_subject: 'payout.paid' };
    for (const verb of ['CREATE', 'DURABLE.CREATE']) {
      const subject = `$JS.API.CONSUMER.${verb}.${stream}.${name}`;
      expect(await ask(connection, subject, { stream_name: stream, config: push })).toHaveProperty('error');
    }
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
});

/** The answer of JetStream. */
async function ask(connection: NatsConnection, subject: string, body?: object): Promise<Answer> {
  const answer = await connection.request(subject, body && JSON.stringify(body), { timeout: 5_000 });
  return answer.json();
}

type Answer = {
  config: object;
  state: { first_seq: number; last_seq: number };
  consumers: { name: string }[];
};

test('a wrong password is refused; who does not sign in to the development stack is ops, and may everything', async () => {
  const wrong = { ...natsSignIn('scheduling'), pass: 'guessed', servers: nats.url, reconnect: false };
  await expect(connect(wrong)).rejects.toThrow(/authorization/i);
  const refused = await refusals('ops', (connection) => {
    for (const subject of ['schedule.confirmed', 'dlq.x', ...destroying('SCHEDULE')]) connection.publish(subject);
    connection.subscribe('>');
  });
  expect(refused).toEqual([]);
});

test('the services sign in, and a visit needs nothing that they are refused', async () => {
  const world = await startTestStack('nats-users');
  try {
    const [customer, provider] = [await world.person('customer'), await world.person('provider')];
    const visit = await giveJob(customer, provider);
    const params = { id: visit.assignmentId };
    const changes = await customer.streamChanges({ params });
    await propose(visit);
    await confirm(visit);
    for await (const { type } of changes) if (type === 'reminder.queued') break;
    // By way of reminders and of payouts, and back.
    const ops = await world.person('ops');
    const copied = { reminderStatus: 'QUEUED', payoutStatus: 'PENDING' };
    await eventually(async () => expect(await ops.getAssignment({ params })).toMatchObject(copied));
    await ops.explainAssignment({ params });
  } finally {
    await world.stop();
  }
  for (const service of ['gateway', ...services]) {
    const log = readFileSync(
      fileURLToPath(new URL(`../.punctual/e2e/nats-users/${service}.log`, import.meta.url)),
      'utf8',
    );
    expect(log).toContain(`"user":"${service}"`);
    expect(log).not.toMatch(/permissions violation/i);
  }
});

test('services that NATS does not let in go on as when it is away', async () => {
  const world = await startTestStack('nats-users-refused', { environment: { NATS_PASSWORD: 'guessed' } });
  try {
    for (const service of ['gateway', ...services] as const) {
      const ready = await fetch(`${world.stack.service(service).url}/healthz/ready`);
      expect(ready.status).toBe(200);
      expect(await ready.json()).toMatchObject({ checks: { broker: 'away' } });
    }
    const visit = await giveJob(await world.person('customer'), await world.person('provider'));
    expect(await propose(visit)).toMatchObject({ status: 'PROPOSED' });
  } finally {
    await world.stop();
  }
});

/** What it consumes: a stream, what ops gives it again, and what JetStream has given up on. */
function consumer(stream: string, name: string): Durable[] {
  return [stream, 'REPLAY', 'ADVISORY'].map((each): Durable => [each, name]);
}

function declaring(stream: string): string[] {
  return ['CREATE', 'UPDATE'].map((verb) => `$JS.API.STREAM.${verb}.${stream}`);
}

/** Declaring it, taking from it, acknowledging in both forms that there are. */
function consuming([stream, name]: Durable): string[] {
  const asking = ['CREATE', 'MSG.NEXT'].map((verb) => `$JS.API.CONSUMER.${verb}.${stream}.${name}`);
  // The gateway only looks.
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

function reading(stream: string): string {
  return `$JS.API.STREAM.MSG.GET.${stream}`;
}

/** What a service or a reader may ask for, and is refused. */
function changing(stream: string): string[] {
  return ['CREATE', 'UPDATE', 'DELETE', 'PURGE'].map((verb) => `$JS.API.STREAM.${verb}.${stream}`);
}

function destroying(stream: string): string[] {
  return ['PURGE', 'DELETE', 'MSG.DELETE'].map((verb) => `$JS.API.STREAM.${verb}.${stream}`);
}

/** Which subjects were refused to the user, sorted. On a server without streams, so that nothing comes of what is not. */
async function refusals(user: NatsUser, ask: (connection: NatsConnection) => void): Promise<string[]> {
  const signIn = user === 'ops' ? {} : natsSignIn(user);
  const connection = await connect({ servers: nats.url, ...signIn });
  const refused: string[] = [];
  const listen = async () => {
    for await (const status of connection.status()) {
      if (status.type === 'error' && status.error instanceof PermissionViolationError)
        refused.push(status.error.subject);
    }
  };
  const listening = listen();
  ask(connection);
  await connection.flush();
  await connection.close();
  await listening;
  return refused.sort();
}
