import { randomUUID } from 'node:crypto';
import { type Endpoint, endpoints, type Problem } from '@punctual/contracts';
import { windowOn } from '@punctual/devstack';
import { giveJob, startTestStack, type TestStack, type TestUser, type Visit } from '@punctual/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let world: TestStack;
let visit: Visit;
let customer: TestUser;

beforeAll(async () => {
  world = await startTestStack('bad-input');
  customer = await world.user('customer');
  visit = await giveJob(customer, await world.user('provider'));
});

afterAll(() => world?.stop());

const job = { title: 'The tap drips', timezone: 'Europe/Berlin', price: { amountMinor: 8_000, currency: 'EUR' } };
const later = windowOn(Temporal.Now.instant(), { days: 4, hour: 12, minutes: 60 });
const someday = windowOn(Temporal.Now.instant(), { days: 3, hour: 12, minutes: 60 });

async function refusal(endpoint: Endpoint, input: object, as = customer): Promise<[number, string, string[]]> {
  const { status, body } = await as.send(endpoint, input);
  const { code, errors = [] } = body as Problem;
  return [status, code, errors.map(({ path }) => path)];
}

/** The customer of a job whose assignment is untouched. */
const proposal = (body: unknown) => refusal(endpoints.proposeForJob, { params: { id: visit.jobId }, body });

/** A refused request has changed nothing. */
async function expectUntouched(): Promise<void> {
  const assignment = await customer.getAssignment({ params: { id: visit.assignmentId } });
  expect(assignment).toMatchObject({ status: 'UNSCHEDULED', scheduleVersion: 0 });
}

const nested = (open: string, close: string) => open.repeat(10_000) + close.repeat(10_000);

describe('an unreadable body', () => {
  test.each([
    ['truncated JSON', '{"title": "The tap', 400, 'malformed-body'],
    ['no JSON', 'title=The tap', 400, 'malformed-body'],
    ['nothing', '', 400, 'malformed-body'],
    [
      'bytes that are no UTF-8',
      new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
      400,
      'malformed-body',
    ],
    ['200 kB', JSON.stringify({ ...job, title: 'x'.repeat(200_000) }), 413, 'payload-too-large'],
    ['200 kB of blanks', `${JSON.stringify(job)}${' '.repeat(200_000)}`, 413, 'payload-too-large'],
    ['10,000 arrays in each other', nested('[', ']'), 400, 'validation-failed'],
    ['10,000 objects in each other', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, 400, 'validation-failed'],
    ['10,000 arrays in a field', `{"title": ${nested('[', ']')}}`, 400, 'validation-failed'],
    ['10,000 arrays never closed', '['.repeat(10_000), 400, 'malformed-body'],
  ])('%s', async (_what, body, status, code) => {
    for (const headers of [{}, { 'idempotency-key': 'the-same' }]) {
      expect((await refusal(endpoints.createJob, { body, headers })).slice(0, 2)).toEqual([status, code]);
    }
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/json-patch+json',
    'text/json',
    'application/json; charset=latin-9',
    'nonsense',
    '',
  ])('"%s" is not what the API reads', async (type) => {
    const input = { body: job, headers: { 'content-type': type } };
    expect(await refusal(endpoints.createJob, input)).toEqual([415, 'unsupported-media-type', []]);
  });
});

describe('a body that does not match its schema', () => {
  test.each<[string, unknown, string[]]>([
    ['a field that is missing', { timezone: job.timezone, price: job.price }, ['/title']],
    ['an array at the top', '[]', ['']],
    ['an array around it', [job], ['']],
    ['null', 'null', ['']],
    ['a string', '"job"', ['']],
    ['a number', '7', ['']],
    ['an unknown field', { ...job, surprise: 1 }, ['/surprise']],
    ['an unknown field within', { ...job, price: { ...job.price, tip: 1 } }, ['/price/tip']],
    ['__proto__', JSON.stringify(job).replace('{', '{"__proto__": {"isAdmin": true}, '), ['/__proto__']],
    [
      '__proto__ within',
      JSON.stringify({ ...job, price: 0 }).replace(':0', ':{"__proto__":{"amountMinor":1}}'),
      ['/price/amountMinor', '/price/currency', '/price/__proto__'],
    ],
    ['constructor', { ...job, constructor: { prototype: {} } }, ['/constructor']],
    ['a number as a string', { ...job, price: { ...job.price, amountMinor: '8000' } }, ['/price/amountMinor']],
    ['a string as a number', { ...job, title: 7 }, ['/title']],
    ['negative money', { ...job, price: { ...job.price, amountMinor: -1 } }, ['/price/amountMinor']],
    ['no money', { ...job, price: { ...job.price, amountMinor: 0 } }, ['/price/amountMinor']],
    ['fractional money', { ...job, price: { ...job.price, amountMinor: 1.5 } }, ['/price/amountMinor']],
    ['more money than can be counted', JSON.stringify(job).replace('8000', '1e400'), ['/price/amountMinor']],
    ['money beyond whole numbers', JSON.stringify(job).replace('8000', '9007199254740993'), ['/price/amountMinor']],
    ['an unknown currency', { ...job, price: { ...job.price, currency: 'XXQ' } }, ['/price/currency']],
    ['a currency in lower case', { ...job, price: { ...job.price, currency: 'eur' } }, ['/price/currency']],
    ['a control character', { ...job, title: 'tap\u0000' }, ['/title']],
    ['an escape sequence', { ...job, title: '\u001b[31mtap' }, ['/title']],
    ['half a surrogate pair', '{"title":"\\ud800"}', ['/title', '/timezone', '/price']],
    ['a blank title', { ...job, title: ' \n' }, ['/title']],
    ['an id that is none', { ...job, providerQueue: ['1'] }, ['/providerQueue/0']],
    ['everything at once', { title: 1, timezone: 1, price: 1 }, ['/title', '/timezone', '/price']],
  ])('%s', async (_what, body, paths) => {
    const [status, code, found] = await refusal(endpoints.createJob, { body });
    expect([status, code, found.sort()]).toEqual([400, 'validation-failed', paths.sort()]);
  });

  test.each([
    ['10,000 characters', 'x'.repeat(10_000)],
    ['one too many', 'x'.repeat(2_001)],
    ['a control character', 'call\u0007'],
    ['DEL', 'call\u007f'],
  ])('notes with %s', async (_what, notes) => {
    expect(await proposal({ ...someday, notes })).toEqual([400, 'validation-failed', ['/notes']]);
    await expectUntouched();
  });

  test('null for an optional field is as good as none', async () => {
    const window = { ...someday, notes: null, timezone: null };
    const { customer, provider, jobId, assignmentId } = await giveJob(
      await world.user('customer'),
      await world.user('provider'),
    );
    const made = await customer.send(endpoints.createJob, {
      body: { ...job, rejectionPolicy: null, providerQueue: null },
    });
    expect(made).toMatchObject({ status: 201, body: { rejectionPolicy: 'REOPEN_QUOTES', providerQueue: [] } });
    const proposed = await customer.send(endpoints.proposeForJob, { params: { id: jobId }, body: window });
    expect(proposed).toMatchObject({ status: 200, body: { scheduleNotes: null, timezone: job.timezone } });
    const body = { reason: 'Busy', scope: null, counter: { ...window, ...later } };
    const countered = await provider.send(endpoints.rejectAssignment, { params: { id: assignmentId }, body });
    expect(countered).toMatchObject({ status: 200, body: { status: 'PROPOSED', scheduleNotes: null } });
  });

  test('propose keeps notes of exactly 2,000 characters, with line breaks and any script', async () => {
    const { customer, jobId, assignmentId } = await giveJob(await world.user('customer'), await world.user('provider'));
    const notes = `${'\u{1f6bf}'.repeat(1_980)}\n\tاتصل\u2028يرجى עברית`;
    const padded = notes + 'x'.repeat(2_000 - [...notes].length);
    await customer.proposeForJob({ params: { id: jobId }, body: { ...someday, notes: padded } });
    const read = await customer.getAssignment({ params: { id: assignmentId } });
    expect(read.scheduleNotes).toBe(padded);
  });
});

describe('times', () => {
  const at = (start: string, end = someday.end) => proposal({ start, end });

  test.each([
    ['the year 10000', '10000-01-01T00:00:00Z'],
    ['the year 10000 as ISO 8601 has it', '+010000-01-01T00:00:00Z'],
    ['a leap second', '2026-12-31T23:59:60Z'],
    ['hour 24', '2026-12-31T24:00:00Z'],
    ['30 February', '2027-02-30T10:00:00Z'],
    ['29 February of no leap year', '2027-02-29T10:00:00Z'],
    ['an offset of a whole day', '2026-12-01T10:00:00+24:00'],
    ['an offset without a colon', '2026-12-01T10:00:00+0100'],
    ['a date alone', '2026-12-01'],
    ['a zone in brackets', '2026-12-01T10:00:00+01:00[Europe/Berlin]'],
    ['seconds since the epoch', '1796119200'],
    ['words', 'tomorrow'],
    ['other digits', '२०२६-१२-०१T10:00:00Z'],
    ['nothing', ''],
  ])('%s', async (_what, start) => {
    expect(await at(start)).toEqual([400, 'validation-failed', ['/start']]);
    await expectUntouched();
  });

  test('propose refuses an end at or before the start as too short', async () => {
    const { start, end } = someday;
    for (const body of [
      { start: end, end: start },
      { start, end: start },
    ]) {
      expect(await proposal(body)).toEqual([422, 'window-too-short', []]);
    }
    await expectUntouched();
  });

  test.each([
    ['9999-12-31T23:59:59Z', 'window-too-far'],
    ['9999-12-31T23:59:59-14:00', 'window-too-far'],
    ['0001-01-01T00:00:00+14:00', 'window-in-past'],
    ['0000-01-01T00:00:00Z', 'window-in-past'],
  ])('%s is read as the instant that it is: %s', async (start, code) => {
    expect(await at(start)).toEqual([422, code, []]);
  });

  test.each(['+14:00', '-12:00', '+05:45', '-00:00', '+23:59'])('propose accepts the offset %s', async (offset) => {
    const { customer, jobId } = await giveJob(await world.user('customer'), await world.user('provider'));
    const zone = offset.replace('-00:00', '+00:00');
    const toLocal = (instant: string) =>
      `${Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toPlainDateTime()}${offset}`;
    const body = { start: toLocal(someday.start), end: toLocal(someday.end) };
    expect(await customer.proposeForJob({ params: { id: jobId }, body })).toMatchObject({
      scheduledStart: someday.start,
      scheduledEnd: someday.end,
    });
  });
});

describe('addresses and headers', () => {
  test('the API answers 404 for an unknown route, an unknown assignment and that of another customer', async () => {
    const nowhere: Endpoint = { ...endpoints.getAssignment, path: '/nowhere/:id' };
    const outsider = await world.user('customer');
    for (const [person, endpoint, id] of [
      [customer, nowhere, visit.assignmentId],
      [customer, endpoints.getAssignment, randomUUID()],
      [outsider, endpoints.getAssignment, visit.assignmentId],
    ] as const) {
      expect(await person.send(endpoint, { params: { id } })).toMatchObject({
        status: 404,
        body: { code: 'not-found' },
      });
    }
  });

  test.each([
    '1',
    'not-a-uuid',
    '01936f2a-7c10-7000-8000-00000000000',
    '01936f2a-7c10-7000-8000-000000000001x',
    '{01936f2a-7c10-7000-8000-000000000001}',
    "' or 1=1 --",
    '\u0000',
    '../payouts',
    'x'.repeat(2_000),
  ])('"%s" is no id', async (id) => {
    for (const endpoint of [endpoints.getAssignment, endpoints.getJob, endpoints.listReminders, endpoints.getPayout]) {
      expect(await refusal(endpoint, { params: { id } })).toEqual([400, 'validation-failed', ['/id']]);
    }
  });

  test('the API answers 404 for a path that cannot be decoded', async () => {
    const path = '/assignments/%E0%A4%A';
    expect((await refusal({ ...endpoints.getAssignment, path }, {}))[0]).toBe(400);
  });

  test.each([
    ['limit', '0'],
    ['limit', '101'],
    ['limit', '1.5'],
    ['limit', '0x10'],
    ['limit', 'ten'],
    ['limit', ''],
    ['status', 'confirmed'],
    ['from', '2026-12-01'],
    ['to', 'yesterday'],
    ['cursor', 'nonsense'],
    ['cursor', 'x'.repeat(501)],
  ])('%s=%s is no way to ask for a list', async (name, value) => {
    const query = { [name]: value };
    expect(await refusal(endpoints.listAssignments, { query })).toEqual([400, 'validation-failed', [`/${name}`]]);
  });

  test.each(['3', 'W/"3"', '"3', '"1", "2"', '""3""', ''])(
    'confirm refuses If-Match: %s, which is no strong tag',
    async (tag) => {
      const input = { params: { id: visit.jobId }, body: someday, headers: { 'if-match': tag } };
      expect(await refusal(endpoints.proposeForJob, input)).toEqual([400, 'validation-failed', ['/headers/if-match']]);
      await expectUntouched();
    },
  );

  test.each(['a b', 'x'.repeat(256), 'clé', ''])('confirm refuses the Idempotency-Key %s', async (key) => {
    const input = { body: job, headers: { 'idempotency-key': key } };
    expect(await refusal(endpoints.createJob, input)).toEqual([400, 'invalid-idempotency-key', []]);
  });
});
