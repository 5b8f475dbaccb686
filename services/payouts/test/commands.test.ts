import { randomUUID } from 'node:crypto';
import { type Payout, PayoutPage, Timeline } from '@punctual/contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { history, newParties, type ScheduleStep } from './schedule-events.ts';
import { type PayoutsService, startPayouts } from './world.ts';

const [ann, bob, opa] = [randomUUID(), randomUUID(), randomUUID()];

let world: PayoutsService;

beforeAll(async () => {
  world = await startPayouts({ instances: 2 });
});

afterAll(() => world.stop());

async function payoutAfter(steps: ScheduleStep[], wanted: Partial<Payout>, amountMinor = 18_500) {
  const parties = newParties();
  await world.publishInTurn(...history(steps, { ...parties, price: { amountMinor, currency: 'EUR' } }));
  return world.untilPayout(parties.assignmentId, wanted);
}

const completed = (amountMinor?: number) =>
  payoutAfter(['propose', 'confirm', 'complete'], { status: 'AWAITING_APPROVAL' }, amountMinor);

const approve = (who: string, { id }: Payout, headers?: Record<string, string>) =>
  world.call('finance', who, `POST /payouts/${id}/approve`, { ...(headers && { headers }) });

describe('approve and mark-paid', () => {
  test('approve and mark-paid change the payout and publish both events', async () => {
    const payout = await completed();
    const approved = await approve(ann, payout);
    expect(approved).toMatchObject({ status: 200, body: { status: 'APPROVED', version: 3, approvals: [{ by: ann }] } });
    expect(approved.headers.get('etag')).toBe('"3"');

    const paid = await world.call('finance', bob, `POST /payouts/${payout.id}/mark-paid`, {
      body: { reference: 'SEPA 17' },
    });
    expect(paid).toMatchObject({ status: 200, body: { status: 'PAID', version: 4, paymentReference: 'SEPA 17' } });
    expect(paid.body.paidAt).toBe(paid.body.updatedAt);

    const events = await world.published(4, payout.assignmentId);
    expect(events.map(({ type }) => type)).toEqual([
      'payout.pending',
      'payout.awaiting_approval',
      'payout.approved',
      'payout.paid',
    ]);
    const timeline = await world.call('ops', opa, `GET /payouts/${payout.id}/timeline`);
    expect(timeline.headers.get('etag')).toBe('"4"');
    expect(Timeline.parse(timeline.body).items.slice(2)).toMatchObject([
      { version: 3, type: 'payout.approved', actor: { id: ann, role: 'finance' }, source: 'API' },
      { version: 4, type: 'payout.paid', actor: { id: bob, role: 'finance' }, after: { paymentReference: 'SEPA 17' } },
    ]);
  });

  test('a paid payout is final', async () => {
    const payout = await completed();
    await approve(ann, payout);
    const pay = { body: { reference: 'SEPA 18' } };
    await world.call('finance', ann, `POST /payouts/${payout.id}/mark-paid`, pay);
    for (const request of ['mark-paid', 'block', 'unblock'] as const) {
      const body = request === 'mark-paid' ? pay.body : { reason: 'A mistake' };
      const refused = await world.call('finance', ann, `POST /payouts/${payout.id}/${request}`, { body });
      expect(refused).toMatchObject({ status: 409, body: { code: 'invalid-transition', current: { status: 'PAID' } } });
    }
  });

  test('a payout whose payment is known, as after a restore, is marked paid with that reference only', async () => {
    const payout = await completed();
    await approve(ann, payout);
    const attempt = randomUUID();
    const { database } = world;
    await database.query(
      `insert into payment_attempt (id, payout_id, number, account, amount_minor, currency, started_at)
        values ($1, $2, 1, 'unknown', 18500, 'EUR', now())`,
      [attempt, payout.id],
    );
    const markPaid = (reference: string) =>
      world.call('finance', bob, `POST /payouts/${payout.id}/mark-paid`, { body: { reference } });
    expect(await markPaid('SEPA 19')).toMatchObject({ status: 409, body: { code: 'invalid-transition' } });
    await database.query(
      `insert into payment_result (attempt_id, outcome, reference, at) values ($1, 'PAID', 'SEPA 19', now())`,
      [attempt],
    );
    expect(await markPaid('SEPA 20')).toMatchObject({
      status: 409,
      body: { code: 'invalid-transition', detail: expect.stringContaining('mark it as paid with SEPA 19') },
    });
    expect(await markPaid('SEPA 19')).toMatchObject({ status: 200, body: { status: 'PAID' } });
  });

  test('a large payout needs approvals from two different people', async () => {
    const payout = await completed(100_000);
    expect(payout.approvalsNeeded).toBe(2);
    expect(await approve(ann, payout)).toMatchObject({
      status: 200,
      body: { status: 'AWAITING_APPROVAL', version: 3 },
    });
    expect(await approve(ann, payout)).toMatchObject({ status: 409, body: { code: 'already-approved' } });
    expect(await approve(bob, payout)).toMatchObject({ status: 200, body: { status: 'APPROVED', version: 4 } });
    expect(await approve(randomUUID(), payout)).toMatchObject({ status: 409, body: { code: 'invalid-transition' } });
    const events = await world.published(4, payout.assignmentId);
    expect(events.map(({ type, data }) => [type, data.approvals.length])).toEqual([
      ['payout.pending', 0],
      ['payout.awaiting_approval', 0],
      ['payout.awaiting_approval', 1],
      ['payout.approved', 2],
    ]);
  });

  test('concurrent approvals are counted correctly', async () => {
    const payout = await completed(250_000);
    const people = Array.from({ length: 8 }, () => randomUUID());
    const answers = await Promise.all([...people, ...people].map((who) => approve(who, payout)));
    const accepted = answers.filter(({ status }) => status === 200);
    expect(accepted.map(({ body }) => body.version).sort()).toEqual([3, 4]);
    for (const { status, body } of answers) {
      if (status !== 200) expect(['already-approved', 'invalid-transition']).toContain(body.code);
    }
    const now = await world.untilPayout(payout.assignmentId, { status: 'APPROVED', version: 4 });
    expect(new Set(now.approvals.map(({ by }) => by)).size).toBe(2);
  });

  test('approve refuses a payout that is not yet due', async () => {
    const pending = await payoutAfter(['propose', 'confirm'], { status: 'PENDING' });
    expect(await approve(ann, pending)).toMatchObject({ status: 409, body: { code: 'invalid-transition' } });
    const body = { reference: 'SEPA 19' };
    const paid = await world.call('finance', ann, `POST /payouts/${pending.id}/mark-paid`, { body });
    expect(paid).toMatchObject({ status: 409, body: { code: 'invalid-transition', current: { status: 'PENDING' } } });
  });
});

describe('block and unblock', () => {
  const reason = { body: { reason: 'The account is being checked' } };

  test('unblock restores the status that later events require', async () => {
    const payout = await payoutAfter(['propose', 'confirm'], { status: 'PENDING' });
    const blocked = await world.call('ops', opa, `POST /payouts/${payout.id}/block`, reason);
    expect(blocked).toMatchObject({ status: 200, body: { status: 'BLOCKED', blockedBecause: reason.body.reason } });

    const { assignmentId, jobId, providerId, customerId } = payout;
    const [, , complete] = history(['propose', 'confirm', 'complete'], { assignmentId, jobId, providerId, customerId });
    if (complete) await world.publish(complete);
    await world.untilConsumed();
    expect((await world.payoutOf(assignmentId)).body).toEqual(blocked.body);

    const unblocked = await world.call('finance', ann, `POST /payouts/${payout.id}/unblock`, reason);
    expect(unblocked).toMatchObject({
      status: 200,
      body: { status: 'AWAITING_APPROVAL', holds: [], blockedBecause: null, version: 3 },
    });
    const events = await world.published(3, assignmentId);
    expect(events.at(-1)).toMatchObject({ type: 'payout.awaiting_approval', data: { version: 3 } });
  });

  test('unblock lifts a dispute and refuses a cancellation', async () => {
    const disputed = await payoutAfter(['propose', 'confirm', 'complete', 'dispute'], { status: 'BLOCKED' });
    const back = await world.call('finance', ann, `POST /payouts/${disputed.id}/unblock`, reason);
    expect(back).toMatchObject({ status: 200, body: { status: 'AWAITING_APPROVAL' } });

    const cancelled = await payoutAfter(['propose', 'confirm', 'cancel'], { status: 'BLOCKED' });
    const refused = await world.call('finance', ann, `POST /payouts/${cancelled.id}/unblock`, reason);
    expect(refused).toMatchObject({
      status: 409,
      body: { code: 'invalid-transition', current: { status: 'BLOCKED' } },
    });
  });

  test.each([{}, { reason: '' }, { reason: '  ' }, { reason: 'x'.repeat(501) }, { reason: 'Stop', more: 1 }])(
    'block refuses the body %o',
    async (body) => {
      const payout = await completed();
      const refused = await world.call('finance', ann, `POST /payouts/${payout.id}/block`, { body });
      expect(refused).toMatchObject({ status: 400, body: { code: 'validation-failed' } });
    },
  );
});

describe('permissions', () => {
  test('its provider, finance and ops see a payout, and everyone else gets 404', async () => {
    const { id, assignmentId, providerId, customerId } = await completed();
    for (const path of [`/payouts/${id}`, `/payouts/${id}/timeline`, `/assignments/${assignmentId}/payout`]) {
      expect((await world.call('provider', providerId, `GET ${path}`)).status).toBe(200);
      expect((await world.call('finance', ann, `GET ${path}`)).status).toBe(200);
      expect((await world.call('ops', opa, `GET ${path}`)).status).toBe(200);
      for (const [role, sub] of [
        ['customer', customerId],
        ['provider', randomUUID()],
      ] as const) {
        expect(await world.call(role, sub, `GET ${path}`)).toMatchObject({ status: 404, body: { code: 'not-found' } });
      }
    }
    const approved = await world.call('customer', customerId, `POST /payouts/${id}/approve`);
    expect(approved).toMatchObject({ status: 404, body: { code: 'not-found' } });
  });

  test('a command returns 403 to a role that may not use it', async () => {
    const { id, providerId } = await completed();
    const body = { reason: 'Why not' };
    for (const [role, sub, command] of [
      ['provider', providerId, 'approve'],
      ['ops', opa, 'approve'],
      ['provider', providerId, 'block'],
      ['ops', opa, 'unblock'],
    ] as const) {
      const refused = await world.call(
        role,
        sub,
        `POST /payouts/${id}/${command}`,
        command === 'approve' ? {} : { body },
      );
      expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    }
    const refused = await world.call('ops', opa, `POST /payouts/${id}/mark-paid`, { body: { reference: 'SEPA 20' } });
    expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });

  test("a command refuses the payout's own provider and customer in any role", async () => {
    const payout = await completed();
    const body = { reason: 'Mine' };
    for (const own of [payout.providerId, payout.customerId]) {
      expect(await approve(own, payout)).toMatchObject({ status: 403, body: { code: 'own-payout' } });
      for (const [role, command, sent] of [
        ['finance', 'block', body],
        ['ops', 'block', body],
        ['finance', 'unblock', body],
        ['finance', 'mark-paid', { reference: 'SEPA 21' }],
      ] as const) {
        const refused = await world.call(role, own, `POST /payouts/${payout.id}/${command}`, { body: sent });
        expect(refused).toMatchObject({ status: 403, body: { code: 'own-payout' } });
      }
    }
    await world.untilPayout(payout.assignmentId, { version: payout.version });
  });
});

describe('idempotency keys and preconditions', () => {
  test('a repeated key returns the first answer before preconditions are checked, and runs once', async () => {
    const payout = await completed();
    const key = { 'idempotency-key': randomUUID() };
    const first = await approve(ann, payout, { ...key, 'if-match': '"2"' });
    const again = await approve(ann, payout, { ...key, 'if-match': '"2"' });
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect(again.headers.get('etag')).toBe('"3"');
    await world.untilPayout(payout.assignmentId, { version: 3 });
  });

  test('a key is refused for a different request, and a refused request stores no key', async () => {
    const payout = await completed();
    const headers = { 'idempotency-key': randomUUID() };
    const refused = await approve(ann, payout, { ...headers, 'if-match': '"1"' });
    expect(refused).toMatchObject({
      status: 412,
      body: { code: 'precondition-failed', current: { version: 2 }, currentPayout: { version: 2 } },
    });
    const block = (reason: string) =>
      world.call('finance', ann, `POST /payouts/${payout.id}/block`, { body: { reason }, headers });
    expect(await block('One')).toMatchObject({ status: 200 });
    expect(await block('Two')).toMatchObject({ status: 422, body: { code: 'idempotency-key-reused' } });
    expect(await approve(bob, payout, headers)).toMatchObject({ status: 409, body: { code: 'invalid-transition' } });
  });

  test('a repeated key returns a conflict while the first request is in progress', async () => {
    const payout = await completed();
    const headers = { 'idempotency-key': randomUUID() };
    const hold = await world.holdRow('payout', payout.assignmentId);
    const first = approve(ann, payout, headers);
    await world.untilWaiting(1);
    expect(await approve(ann, payout, headers)).toMatchObject({ status: 409, body: { code: 'idempotency-in-flight' } });
    await hold.release();
    expect(await first).toMatchObject({ status: 200, body: { status: 'APPROVED' } });
  });

  test.each(['"2"', '*'])('approve accepts If-Match %s', async (tag) => {
    expect(await approve(ann, await completed(), { 'if-match': tag })).toMatchObject({ status: 200 });
  });
});

test('a connection lost within a transaction returns 503, and the next request gets a new one', async () => {
  const payout = await completed();
  const hold = await world.holdRow('payout', payout.assignmentId);
  // As many as the pools of both instances hold.
  const broken = Promise.all(Array.from({ length: 20 }, () => approve(ann, payout)));
  await world.untilWaiting(20);
  await world.breakWaiting();
  await hold.release();
  for (const { status, body, headers } of await broken) {
    expect({ status, code: body.code }).toEqual({ status: 503, code: 'unavailable' });
    expect(headers.get('retry-after')).not.toBeNull();
  }
  const answers = await Promise.all([ann, ann].map((who) => approve(who, payout)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
});

describe('GET /payouts', () => {
  test('finance and ops list payouts newest first, by status, in pages', async () => {
    const made = [];
    for (let n = 0; n < 5; n += 1)
      made.push(await payoutAfter(['propose', 'confirm', 'cancel'], { status: 'BLOCKED' }));
    const wanted = made.map(({ id }) => id).toReversed();

    const seen: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null && seen.length < wanted.length) {
      const query: string = `status=BLOCKED&limit=2${cursor && `&cursor=${cursor}`}`;
      const page: PayoutPage = PayoutPage.parse((await world.call('ops', opa, `GET /payouts?${query}`)).body);
      expect(page.items.length).toBeLessThanOrEqual(2);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(seen.slice(0, 5)).toEqual(wanted);
    expect(await world.call('customer', made[0]?.customerId ?? '', 'GET /payouts')).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    });
  });

  test('the last page has no cursor', async () => {
    const all = PayoutPage.parse((await world.call('finance', ann, 'GET /payouts?limit=100')).body);
    expect(all.items.length).toBeGreaterThan(0);
    expect(all.nextCursor).toBeNull();
  });

  test.each(['cursor=nonsense', 'cursor=MjAyNi0xMi0wMSBub25l', 'limit=0', 'limit=101', 'status=LOST'])(
    'the list refuses %s',
    async (query) => {
      const refused = await world.call('finance', ann, `GET /payouts?${query}`);
      expect(refused).toMatchObject({ status: 400, body: { code: 'validation-failed' } });
    },
  );

  const place = (createdAt: string) => Buffer.from(`${createdAt} ${randomUUID()}`).toString('base64url');
  test.each([
    'from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59.99999999999999999999Z',
    'from=9999-12-31T00:00:00-23:59',
    'from=0000-01-01T00:00:00Z',
    'to=0001-01-01T00:00:00%2B23:59',
    'to=2026-12-31T23:59:60Z',
    `cursor=${place('0000-01-01T00:00:00.000Z')}`,
    `cursor=${place('0001-01-01T00:00:00.000Z')}`,
    `cursor=${place('9999-12-31T23:59:59.999Z')}`,
  ])('the list answers 200 or 400 to any date, as JSON and as CSV: %s', async (query) => {
    for (const accept of ['application/json', 'text/csv']) {
      const response = await fetch(`${world.services[0]?.url}/payouts?${query}`, {
        headers: { accept, authorization: `Bearer ${await world.environment.token('finance', ann)}` },
      });
      await response.text();
      expect([200, 400]).toContain(response.status);
    }
    const until = query.replace(/.*=/, '');
    expect([200, 400]).toContain((await world.call('finance', ann, `GET /ops/payouts/drift?until=${until}`)).status);
  });
});

test('a reason keeps its lines in the answer, events and timeline', async () => {
  const payout = await completed();
  const body = { reason: 'First\r\nsecond\r\n\tthird' };
  const kept = 'First\nsecond\n\tthird';
  const blocked = await world.call('ops', opa, `POST /payouts/${payout.id}/block`, { body });
  expect(blocked).toMatchObject({ status: 200, body: { blockedBecause: kept } });
  await world.call('finance', ann, `POST /payouts/${payout.id}/unblock`, { body });
  const events = await world.published(4, payout.assignmentId);
  expect(events.map(({ data }) => data.blockedBecause)).toEqual([null, null, kept, null]);
  const timeline = await world.call('ops', opa, `GET /payouts/${payout.id}/timeline`);
  expect(Timeline.parse(timeline.body).items.map(({ reason }) => reason)).toEqual([null, null, kept, kept]);
});

test('mark-paid accepts only a one-line reference', async () => {
  const payout = await completed();
  const answer = await world.call('finance', bob, `POST /payouts/${payout.id}/mark-paid`, {
    body: { reference: 'a\nb' },
  });
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: '/reference' }] } });
});
