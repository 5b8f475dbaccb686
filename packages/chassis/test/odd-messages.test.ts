import { connect as connectSocket } from 'node:net';
import { StorageType } from '@nats-io/jetstream';
import { headers, nanos } from '@nats-io/transport-node';
import { readScheduleEvent, type ScheduleEvent, scheduleEvents } from '@punctual/contracts';
import { eventually, type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Broker, BrokerConfig, connectBroker, declareStreams, readConfig, startConsumer } from '../src/index.ts';
import { createLifecycle, type OwnedLifecycle } from '../src/process/lifecycle.ts';

const maxPayload = 128 * 1024;
const streams = ['SCHEDULE', 'DLQ', 'REPLAY', 'ADVISORY'] as const;

let environment: TestEnvironment;
let broker: Broker;
let publisher: OwnedLifecycle;
let open: OwnedLifecycle;
let lines: { msg: string; level: number }[];

const logger = pino({ level: 'warn' }, { write: (line) => void lines.push(JSON.parse(line)) });

beforeAll(async () => {
  lines = [];
  environment = await testEnvironment({ nats: `max_payload: ${maxPayload}` });
  publisher = createLifecycle(logger);
  broker = await connect(publisher).connected();
});

afterAll(async () => {
  await publisher.shutdown();
  await environment.stop();
});

beforeEach(async () => {
  lines = [];
  open = createLifecycle(logger);
  for (const stream of streams) await broker.manager.streams.delete(stream).catch(() => {});
  await declareStreams(broker, streams);
});

afterEach(() => open.shutdown());

function connect(lifecycle: OwnedLifecycle) {
  return connectBroker({ config: readConfig(BrokerConfig, environment.env), name: 'test', logger, lifecycle });
}

/** A consumer that applies what it can read; what it has applied. */
function consume(durable = 'odd'): string[] {
  const applied: string[] = [];
  startConsumer<ScheduleEvent>(
    { broker: connect(open), logger, lifecycle: open },
    {
      stream: 'SCHEDULE',
      durable,
      subjects: ['schedule.>'],
      read: readScheduleEvent,
      handle: async (messages) => void applied.push(...messages.map(({ event }) => event.id)),
    },
  );
  return applied;
}

const example = scheduleEvents['schedule.proposed'].example;
const good = (n: number) => ({ ...example, id: `01936f2a-7c10-7000-8000-${String(n).padStart(12, '0')}` });
const publish = (body: string | Uint8Array, header = headers()) =>
  broker.jetstream.publish('schedule.proposed', body, { headers: header });

/** As no client of ours would: the bytes of the headers as they are. */
async function publishRaw(head: string, body = JSON.stringify(good(1))): Promise<void> {
  const url = new URL(environment.natsUrl);
  const before = (await broker.manager.streams.info('SCHEDULE')).state.messages;
  const socket = connectSocket({ host: url.hostname, port: Number(url.port) });
  const header = Buffer.from(head, 'latin1');
  socket.write('CONNECT {"verbose":false,"headers":true,"user":"ops","pass":"ops"}\r\n');
  socket.write(`HPUB schedule.proposed ${header.length} ${header.length + Buffer.byteLength(body)}\r\n`);
  socket.write(Buffer.concat([header, Buffer.from(`${body}\r\n`)]));
  await eventually(async () => {
    expect((await broker.manager.streams.info('SCHEDULE')).state.messages).toBe(before + 1);
  });
  socket.destroy();
}

async function letters(count: number) {
  return eventually(async () => {
    const { state } = await broker.manager.streams.info('DLQ');
    expect(state.messages).toBe(count);
    const all = [];
    for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
      const letter = await broker.manager.streams.getMessage('DLQ', { seq });
      if (letter) all.push(letter);
    }
    return all;
  });
}

/**
 * The consumer neither stalls nor restarts: later events are applied, and every message is settled
 * once.
 */
async function goesOn(applied: string[], durable = 'odd'): Promise<void> {
  const next = good(999);
  await publish(JSON.stringify(next));
  await eventually(() => expect(applied).toContain(next.id));
  await eventually(async () => {
    const { num_pending, num_ack_pending, delivered } = await broker.manager.consumers.info('SCHEDULE', durable);
    const { state } = await broker.manager.streams.info('SCHEDULE');
    expect([num_pending, num_ack_pending, delivered.consumer_seq]).toEqual([0, 0, state.last_seq]);
  });
  expect(lines.filter(({ msg }) => msg !== 'Event dead-lettered')).toEqual([]);
}

describe('a body', () => {
  test.each<[string, string | Uint8Array]>([
    ['that is empty', ''],
    ['of text', 'not json'],
    ['of null', 'null'],
    ['of a number', '1e999'],
    ['of an array', '[]'],
    ['of no UTF-8', Buffer.from(JSON.stringify({ ...example, data: { ...example.data, notes: 'é' } }), 'latin1')],
    ['of bytes', new Uint8Array(1_000).map((_, index) => index)],
    ['of arrays in each other', '['.repeat(30_000) + ']'.repeat(30_000)],
    ['of objects in each other', `${'{"type":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['with a type of another kind', '{"type":{}}'],
    ['of a known type without anything', '{"type":"schedule.proposed"}'],
    ['as large as can be', 'x'.repeat(maxPayload - 20)],
  ])('%s is dead-lettered and the consumer continues', async (_what, body) => {
    const applied = consume();
    await publish(body);
    const [letter] = await letters(1);
    expect(letter?.header.get('Dlq-Reason')).toMatch(/^malformed: /);
    await goesOn(applied);
  });
});

describe('headers', () => {
  const with_ = (...all: [string, string][]) => {
    const header = headers();
    for (const [name, value] of all) header.append(name, value);
    return header;
  };

  test.each([
    ['an empty traceparent', with_(['traceparent', ''])],
    ['a traceparent that is none', with_(['traceparent', 'ff-zz'], ['tracestate', '=,=;'])],
    ['a hundred times the same', with_(...Array.from({ length: 100 }, () => ['traceparent', 'x'] as [string, string]))],
    ['other letters', with_(['X-Name', 'Jürgen 🙂 \u0000\u001b'])],
    [
      'what a stream would refuse',
      with_(['Nats-Expected-Last-Msg-Id-X', 'y'], ['Nats-Rollup-Not', 'sub'], ['Dlq-Body', 'omitted']),
    ],
    ['60 kB', with_(['X-Long', 'x'.repeat(60_000)])],
    ['five thousand', with_(...Array.from({ length: 5_000 }, (_, n) => [`X-${n}`, 'y'] as [string, string]))],
  ])('of %s: a valid event is applied, an invalid one dead-lettered', async (_what, header) => {
    const applied = consume();
    await publish(JSON.stringify(good(1)), header);
    await publish('not json', header);
    const [letter] = await letters(1);
    await goesOn(applied);
    expect(applied).toContain(good(1).id);
    expect([letter?.string(), letter?.header.get('Dlq-Body')]).toEqual(['not json', '']);
  });

  test.each([
    ['a blank in a name', 'NATS/1.0\r\nX Name: 1\r\n\r\n'],
    ['no name', 'NATS/1.0\r\n: 1\r\n\r\n'],
    ['a line break in a value', 'NATS/1.0\r\nX-Name: a\nb\r\n\r\n'],
    ['bytes', 'NATS/1.0\r\nX-\xff\xfe: \xff\x00\x01\r\n\r\n'],
    ['no end', 'NATS/1.0\r\nX-Name: a'],
    ['no beginning', 'X-Name: a\r\n\r\n'],
    ['a status', 'NATS/1.0 503\r\n\r\n'],
  ])('with %s: a valid event is applied, an invalid one dead-lettered with its body', async (_what, head) => {
    const applied = consume();
    await publishRaw(head);
    await publishRaw(head, 'not json');
    const [letter] = await letters(1);
    await goesOn(applied);
    expect(applied).toContain(good(1).id);
    expect(letter?.string()).toBe('not json');
  });
});

describe('an oversized dead letter', () => {
  test('is stored without its body and points to the original', async () => {
    const applied = consume();
    const header = headers();
    header.set('traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
    const { seq } = await publish('x'.repeat(maxPayload - 100), header);
    const [letter] = await letters(1);
    expect(letter?.data).toHaveLength(0);
    expect(letter?.header.get('Dlq-Body')).toBe('omitted');
    expect(letter?.header.get('traceparent')).toBe(header.get('traceparent'));
    expect([letter?.header.get('Dlq-Stream'), letter?.header.get('Dlq-Sequence')]).toEqual(['SCHEDULE', String(seq)]);
    const original = await broker.manager.streams.getMessage('SCHEDULE', { seq });
    expect(letter?.header.get('Dlq-Stored')).toBe(original?.time.toISOString());
    await goesOn(applied);
  });

  test('is stored without its headers when these are too large', async () => {
    const header = headers();
    header.set('X-Long', 'x'.repeat(65_400));
    const applied = consume();
    await publish('not json', header);
    const [letter] = await letters(1);
    expect(letter?.string()).toBe('not json');
    expect([letter?.header.get('Dlq-Headers'), letter?.header.get('X-Long')]).toEqual(['omitted', '']);
    await goesOn(applied);
  });

  test('is stored with only our headers when the DLQ limit is small', async () => {
    await broker.manager.streams.delete('DLQ');
    const limits = { max_msg_size: 800, storage: StorageType.Memory, duplicate_window: nanos(600_000) };
    await broker.manager.streams.add({ name: 'DLQ', subjects: ['dlq.>'], ...limits });
    const header = headers();
    header.set('X-Long', 'x'.repeat(1_000));
    const applied = consume();
    await publish('y'.repeat(1_000), header);
    const [letter] = await letters(1);
    expect([letter?.data.length, letter?.header.get('Dlq-Body'), letter?.header.get('Dlq-Headers')]).toEqual([
      0,
      'omitted',
      'omitted',
    ]);
    await goesOn(applied);
  });

  test('is stored the same way when JetStream gave up on the message', async () => {
    await publish('x'.repeat(maxPayload - 100));
    await publishRaw('NATS/1.0\r\nX Name: 1\r\n\r\n', 'y');
    await broker.manager.consumers.add('SCHEDULE', { durable_name: 'odd', ack_policy: 'explicit' });
    const foreign = await broker.jetstream.consumers.get('SCHEDULE', 'odd');
    for (const message of [await foreign.next(), await foreign.next()]) message?.term('by hand');
    await eventually(async () => {
      expect((await broker.manager.streams.info('ADVISORY')).state.messages).toBe(2);
    });
    consume();
    const kept = await letters(2);
    expect(kept.map(({ data, header }) => [data.length, header.get('Dlq-Body'), header.get('Dlq-Headers')])).toEqual([
      [0, 'omitted', ''],
      [1, '', 'omitted'],
    ]);
  });
});
