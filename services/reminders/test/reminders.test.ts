import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { OpenReminders, type Reminders, type RemindersExplanation, type ScheduleEventType } from '@punctual/contracts';
import { eventually } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { AssignmentRecord } from '../src/domain/assignment.ts';
import { entryOf } from '../src/domain/outbox-entry.ts';
import { findAssignments } from '../src/persistence/assignments.ts';
import { expireEnded } from '../src/persistence/expire-ended.ts';
import { findSent } from '../src/persistence/ledger-queries.ts';
import { hourMs, minuteMs, scheduleEvent, windowAt } from './schedule-events.ts';
import { type RemindersService, startReminders } from './world.ts';

let world: RemindersService;

beforeAll(async () => {
  world = await startReminders();
});

afterAll(() => world.stop());

/** An assignment of the test's own, and its events as scheduling would make them. */
function newAssignment() {
  const parties = { assignmentId: randomUUIDv7(), customerId: randomUUID(), providerId: randomUUID() };
  const event = (type: ScheduleEventType, version: number, data: object = {}) =>
    scheduleEvent(type, version, { ...parties, ...data });
  return { ...parties, event };
}

const inDays = (days: number) => windowAt(Temporal.Now.instant(), days * 24 * hourMs);

test('a proposal, a counter-proposal and a confirm each replace the earlier reminders', async () => {
  const { assignmentId, event } = newAssignment();
  await world.publish(event('schedule.proposed', 1, { window: inDays(10), proposedBy: 'CUSTOMER' }));
  const [respond] = await world.untilReminders(assignmentId, ['respond PLANNED', 'respond-last PLANNED']);
  expect(respond).toMatchObject({ audience: ['PROVIDER'], scheduleVersion: 1, sentAt: null, latenessMs: null });

  await world.publish(event('schedule.proposed', 2, { window: inDays(11), proposedBy: 'PROVIDER' }));
  await world.untilReminders(assignmentId, [
    'respond SUPPRESSED ANSWERED',
    'respond-last SUPPRESSED ANSWERED',
    'respond PLANNED',
    'respond-last PLANNED',
  ]);

  await world.publish(event('schedule.confirmed', 3, { window: inDays(11), proposedBy: 'PROVIDER' }));
  await world.untilReminders(assignmentId, [
    'respond SUPPRESSED ANSWERED',
    'respond-last SUPPRESSED ANSWERED',
    'respond SUPPRESSED ANSWERED',
    'respond-last SUPPRESSED ANSWERED',
    'upcoming-24h PLANNED',
    'upcoming-1h PLANNED',
  ]);
  const events = await world.untilPublished(assignmentId, [
    'reminder.queued respond',
    'reminder.queued respond-last',
    'reminder.suppressed respond',
    'reminder.suppressed respond-last',
    'reminder.queued respond',
    'reminder.queued respond-last',
    'reminder.suppressed respond',
    'reminder.suppressed respond-last',
    'reminder.queued upcoming-24h',
    'reminder.queued upcoming-1h',
  ]);
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
});

test('a window confirmed 45 minutes before its start is reminded of at once, and once', async () => {
  const { assignmentId, event } = newAssignment();
  const before = Date.now();
  await world.publish(event('schedule.confirmed', 2, { window: windowAt(Temporal.Now.instant(), 45 * minuteMs) }));
  const [, sent] = await world.untilReminders(assignmentId, ['upcoming-24h SUPPRESSED OVERTAKEN', 'upcoming-1h SENT']);
  expect(Date.parse(sent?.sentAt ?? '') - before).toBeLessThan(2_000);
  expect(sent?.latenessMs).toBe(Date.parse(sent?.sentAt ?? '') - Date.parse(sent?.dueAt ?? ''));
  const events = await world.untilPublished(assignmentId, [
    'reminder.suppressed upcoming-24h',
    'reminder.queued upcoming-1h',
    'reminder.due upcoming-1h',
  ]);
  expect(events[2]?.data).toMatchObject({
    reminderId: `${assignmentId}:2:upcoming-1h`,
    audience: ['CUSTOMER', 'PROVIDER'],
    sentAt: sent?.sentAt,
    latenessMs: sent?.latenessMs,
    suppressedBecause: null,
  });
});

test('a window that is confirmed again is not reminded of again, a moved one is', async () => {
  const { assignmentId, event } = newAssignment();
  const window = windowAt(Temporal.Now.instant(), 45 * minuteMs);
  await world.publish(event('schedule.confirmed', 2, { window }));
  const sentOnce = ['upcoming-24h SUPPRESSED OVERTAKEN', 'upcoming-1h SENT'];
  await world.untilReminders(assignmentId, sentOnce);

  // Other notes: proposed and confirmed again.
  await world.publish(event('schedule.proposed', 3, { window, notes: 'Ring twice', proposedBy: 'CUSTOMER' }));
  await world.untilConsumed();
  await world.publish(event('schedule.confirmed', 4, { window, notes: 'Ring twice' }));
  await world.untilConsumed();
  const outline = async () =>
    (await world.list(assignmentId)).map(({ scheduleVersion: v, kind, state }) => `${v} ${kind} ${state}`);
  await eventually(async () => expect(await outline()).toContain('4 upcoming-1h SUPPRESSED'));

  await world.publish(
    event('schedule.confirmed', 6, { window: { ...window, end: windowAt(Temporal.Now.instant(), 3 * hourMs).end } }),
  );
  await eventually(async () => expect(await outline()).toContain('6 upcoming-1h SENT'));
  // Moved back.
  await world.publish(event('schedule.confirmed', 8, { window }));
  await eventually(async () => expect(await outline()).toContain('8 upcoming-1h SUPPRESSED'));
  const due = (await world.published(assignmentId)).filter(({ type }) => type === 'reminder.due');
  expect(due.map(({ data }) => data.scheduleVersion)).toEqual([2, 6]);
});

test('a reminder that is decided but not marked counts as sent', async () => {
  const { assignmentId, event } = newAssignment();
  await world.publish(event('schedule.confirmed', 2, { window: inDays(5) }));
  await world.untilReminders(assignmentId, ['upcoming-24h PLANNED', 'upcoming-1h PLANNED']);
  const [record] = await findAssignments(world.store, [assignmentId]);
  if (!record) throw new Error('There is no record.');
  const sentOf = async (outbox: AssignmentRecord['outbox']) =>
    (await findSent(world.store, [{ ...record, outbox }])).get(assignmentId)?.map(({ kind }) => kind);
  const moment = { now: Temporal.Now.instant(), traceparent: null };
  expect(await sentOf([])).toEqual([]);
  expect(await sentOf([entryOf('reminder.due', 2, 'upcoming-24h', moment)])).toEqual(['upcoming-24h']);
  expect(await sentOf([entryOf('reminder.overdue', 2, 'upcoming-24h', moment)])).toEqual([]);
});

test('a reminder is sent when it is due, not before', async () => {
  const { assignmentId, event } = newAssignment();
  await world.publish(event('schedule.confirmed', 2, { window: windowAt(Temporal.Now.instant(), hourMs + 2_000) }));
  await world.untilReminders(assignmentId, ['upcoming-24h SUPPRESSED OVERTAKEN', 'upcoming-1h PLANNED']);
  const [, sent] = await world.untilReminders(assignmentId, ['upcoming-24h SUPPRESSED OVERTAKEN', 'upcoming-1h SENT']);
  expect(sent?.latenessMs).toBeGreaterThanOrEqual(0);
  expect(sent?.latenessMs).toBeLessThan(10_000);
});

test('a reject suppresses planned reminders, and their events continue its trace', async () => {
  const { assignmentId, event } = newAssignment();
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
  await world.publish(event('schedule.confirmed', 2, { window: inDays(5) }));
  await world.untilReminders(assignmentId, ['upcoming-24h PLANNED', 'upcoming-1h PLANNED']);
  await world.publish({
    ...event('schedule.rejected', 3, { window: inDays(5) }),
    traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
  });
  await world.untilReminders(assignmentId, ['upcoming-24h SUPPRESSED REJECTED', 'upcoming-1h SUPPRESSED REJECTED']);
  const events = await world.untilPublished(assignmentId, [
    'reminder.queued upcoming-24h',
    'reminder.queued upcoming-1h',
    'reminder.suppressed upcoming-24h',
    'reminder.suppressed upcoming-1h',
  ]);
  expect(events[2]?.data.suppressedBecause).toBe('REJECTED');
  expect(events[2]?.traceparent).toContain(traceId);
  expect(events[0]?.traceparent).not.toContain(traceId);
});

test('duplicates and late events change nothing', async () => {
  const { assignmentId, event } = newAssignment();
  const proposal = event('schedule.proposed', 1, { window: inDays(10) });
  const confirm = event('schedule.confirmed', 2, { window: inDays(10) });
  const cancel = event('schedule.cancelled', 3, { window: inDays(10) });
  await world.publish(confirm);
  await world.publishAgain(confirm, proposal);
  await world.publish(cancel);
  await world.publishAgain(confirm, proposal, cancel);
  await world.untilReminders(assignmentId, ['upcoming-24h SUPPRESSED CANCELLED', 'upcoming-1h SUPPRESSED CANCELLED']);
  await world.untilConsumed();
  await world.untilPublished(assignmentId, [
    'reminder.queued upcoming-24h',
    'reminder.queued upcoming-1h',
    'reminder.suppressed upcoming-24h',
    'reminder.suppressed upcoming-1h',
  ]);
});

test('an event of unknown type is ignored, a malformed one is dead-lettered, the next is applied', async () => {
  const { assignmentId, event } = newAssignment();
  await world.peer.jetstream.publish('schedule.paused', JSON.stringify({ type: 'schedule.paused' }));
  await world.peer.jetstream.publish('schedule.confirmed', JSON.stringify({ type: 'schedule.confirmed' }));
  await world.publish(event('schedule.confirmed', 2, { window: inDays(5) }));
  await world.untilReminders(assignmentId, ['upcoming-24h PLANNED', 'upcoming-1h PLANNED']);
  const dead = await world.peer.manager.streams.getMessage('DLQ', { last_by_subj: 'dlq.reminders-schedule' });
  expect(dead?.header.get('Dlq-Reason')).toContain('malformed');
});

test('only both sides, ops and finance can read the reminders of an assignment', async () => {
  const { assignmentId, customerId, providerId, event } = newAssignment();
  await world.publish(event('schedule.confirmed', 2, { window: inDays(5) }));
  await world.untilReminders(assignmentId, ['upcoming-24h PLANNED', 'upcoming-1h PLANNED']);
  const statusFor = async (role: string, sub?: string, id = assignmentId) => {
    const token = await world.environment.token(role, sub);
    return (await world.get(`/assignments/${id}/reminders`, { authorization: `Bearer ${token}` })).status;
  };
  expect(await statusFor('customer', customerId)).toBe(200);
  expect(await statusFor('provider', providerId)).toBe(200);
  expect(await statusFor('ops')).toBe(200);
  expect(await statusFor('finance')).toBe(200);
  expect(await statusFor('customer', providerId)).toBe(404);
  expect(await statusFor('customer')).toBe(404);
  expect(await statusFor('provider')).toBe(404);
  expect(await statusFor('ops', undefined, randomUUIDv7())).toBe(404);
  expect((await world.get(`/assignments/${assignmentId}/reminders`, {})).status).toBe(401);
});

test('Agendash accepts ops only, by bearer token or by a cookie for one', async () => {
  const customer = await world.environment.token('customer');
  const html = { accept: 'text/html' };
  expect((await world.get('/agendash/api', {})).status).toBe(401);
  expect((await world.get('/agendash/api', { authorization: `Bearer ${customer}` })).status).toBe(403);
  expect((await world.get('/agendash/api')).status).toBe(200);

  const page = await world.get('/agendash/', html);
  expect([page.status, await page.text()]).toEqual([401, expect.stringContaining('<form')]);

  const signIn = (token: string) =>
    fetch(`${world.services[0]?.url}/agendash/sign-in`, {
      method: 'POST',
      body: new URLSearchParams({ token }),
      redirect: 'manual',
    });
  expect((await signIn(customer)).headers.get('set-cookie')).toBeNull();
  const cookie = (await signIn(world.opsToken)).headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
  const issued = await fetch(`${world.environment.env.AUTH_ISSUER}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ sub: randomUUID(), roles: ['ops'], expiresIn: 1e14 }),
  });
  const { token: endless } = z.object({ token: z.string() }).parse(await issued.json());
  expect((await signIn(endless)).status).toBe(303);
  const dashboard = await world.get('/agendash/', { ...html, cookie: cookie.split(';')[0] ?? '' });
  expect([dashboard.status, await dashboard.text()]).toEqual([200, expect.stringContaining('id="app"')]);
});

test('the Agendash cookie is Secure, except for a local browser without a proxy', async () => {
  const { hostname, port } = new URL(String(world.services[0]?.url));
  const cookieFor = async (headers: Record<string, string>) => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const sent = request({
      hostname,
      port,
      path: '/agendash/sign-in',
      method: 'POST',
      headers: { ...form, ...headers },
    });
    sent.end(`${new URLSearchParams({ token: world.opsToken })}`);
    const [response] = await once(sent, 'response');
    return String(response.resume().headers['set-cookie']);
  };
  for (const host of ['localhost:8080', '127.0.0.1', '[::1]:1'])
    expect(await cookieFor({ host })).not.toMatch(/Secure/);
  for (const headers of [
    { host: 'reminders.example' },
    { host: 'localhost.example:8080' },
    { 'x-forwarded-proto': 'https' },
    { 'x-forwarded-for': '192.0.2.1' },
    { forwarded: 'proto=https' },
  ])
    expect(await cookieFor(headers)).toMatch(/HttpOnly; Secure; SameSite=Strict/);
});

test('Agendash responses cannot be framed or sniffed, and the dashboard can load its files', async () => {
  const headersOf = async (path: string, headers?: Record<string, string>) => (await world.get(path, headers)).headers;
  const refusesFrames = (headers: Headers) => {
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  };
  refusesFrames(await headersOf('/agendash/', { accept: 'text/html' }));
  const dashboard = await headersOf('/agendash/');
  refusesFrames(dashboard);
  expect(dashboard.get('content-security-policy')).toContain("script-src 'self'");
  for (const path of ['/agendash/api', '/healthz/live', '/workers/reminders/health', '/nowhere'])
    refusesFrames(await headersOf(path));
});

test('health is ok and counts planned reminders', async () => {
  const { assignmentId, event } = newAssignment();
  await world.publish(event('schedule.confirmed', 2, { window: inDays(5) }));
  await world.untilReminders(assignmentId, ['upcoming-24h PLANNED', 'upcoming-1h PLANNED']);
  const health = await world.untilHealth(({ status }, httpStatus) => status === 'ok' && httpStatus === 200);
  expect(health.checks).toEqual({ store: 'ok', broker: 'ok', scheduler: 'ok' });
  expect(health.planned).toBeGreaterThanOrEqual(2);
  expect(health).toMatchObject({ due: 0, overdue: 0, oldestDueMs: 0 });
  expect(health.lastDispatchAt).not.toBeNull();
  expect(Math.abs(health.clockSkewMs ?? Number.NaN)).toBeLessThan(1_000);
});

test('a lost alarm is created again', async () => {
  const { assignmentId, event } = newAssignment();
  await world.publish(event('schedule.confirmed', 2, { window: windowAt(Temporal.Now.instant(), hourMs + 90_000) }));
  await world.untilReminders(assignmentId, ['upcoming-24h SUPPRESSED OVERTAKEN', 'upcoming-1h PLANNED']);
  const jobs = world.store.db.collection('jobs');
  const [planned] = await world.store.ledger.find({ assignmentId, state: 'PLANNED' }).toArray();
  const minute = new Date(Math.floor((planned?.sendAt.getTime() ?? 0) / minuteMs) * minuteMs);
  expect((await jobs.deleteMany({ name: 'dispatch', 'data.minute': minute })).deletedCount).toBe(1);
  await eventually(async () => expect(await jobs.countDocuments({ name: 'dispatch', 'data.minute': minute })).toBe(1));
});

test('a past window and an unknown zone are explained and block no other event', async () => {
  const past = newAssignment();
  const nowhere = newAssignment();
  const next = newAssignment();
  await world.publish(
    past.event('schedule.confirmed', 2, { window: windowAt(Temporal.Now.instant(), -hourMs) }),
    nowhere.event('schedule.confirmed', 2, { window: { ...inDays(5), timezone: 'Mars/Olympus' } }),
    next.event('schedule.confirmed', 2, { window: inDays(5) }),
  );
  await world.untilReminders(next.assignmentId, ['upcoming-24h PLANNED', 'upcoming-1h PLANNED']);
  await world.untilReminders(past.assignmentId, [
    'upcoming-24h SUPPRESSED WINDOW_STARTED',
    'upcoming-1h SUPPRESSED WINDOW_STARTED',
  ]);
  // Instants decide; the zone is for those who show the time.
  await world.untilReminders(nowhere.assignmentId, ['upcoming-24h PLANNED', 'upcoming-1h PLANNED']);
});

test('a batch of many events plans the newest version of each assignment, numbered without gaps', async () => {
  const assignments = Array.from({ length: 20 }, newAssignment);
  const events = [1, 2, 3].flatMap((version) =>
    assignments.map(({ event }) =>
      version < 3
        ? event('schedule.proposed', version, { window: inDays(10 + version), proposedBy: 'SYSTEM' })
        : event('schedule.confirmed', version, { window: inDays(12) }),
    ),
  );
  await Promise.all(events.map((event) => world.peer.jetstream.publish(event.type, JSON.stringify(event))));
  for (const { assignmentId } of assignments) {
    await eventually(async () => {
      const current = (await world.list(assignmentId)).filter(({ state }) => state === 'PLANNED');
      expect(current.map(({ scheduleVersion, kind }) => `${scheduleVersion} ${kind}`)).toEqual([
        '3 upcoming-24h',
        '3 upcoming-1h',
      ]);
    });
    await eventually(async () => {
      const sequences = (await world.published(assignmentId)).map(({ sequence }) => Number(sequence));
      expect(sequences.length).toBeGreaterThanOrEqual(2);
      expect(sequences).toEqual(sequences.map((_, index) => index + 1));
    });
  }
});

test('the store removes reminders that ended long ago, and a replay of their events plans nothing', {
  timeout: 240_000,
}, async () => {
  const [over, recent, open] = [newAssignment(), newAssignment(), newAssignment()];
  const confirmed = over.event('schedule.confirmed', 2, { window: inDays(5) });
  for (const each of [recent, open]) await world.publish(each.event('schedule.confirmed', 2, { window: inDays(5) }));
  await world.publish(confirmed, over.event('schedule.cancelled', 3, { window: inDays(5) }));
  await world.publish(recent.event('schedule.cancelled', 3, { window: inDays(5) }));
  await world.untilReminders(open.assignmentId, ['upcoming-24h PLANNED', 'upcoming-1h PLANNED']);
  const decided = [
    'reminder.queued upcoming-24h',
    'reminder.queued upcoming-1h',
    'reminder.suppressed upcoming-24h',
    'reminder.suppressed upcoming-1h',
  ];
  for (const { assignmentId } of [over, recent]) await world.untilPublished(assignmentId, decided);
  const age = async ({ assignmentId }: typeof over, days: number) => {
    const ids = ['upcoming-24h', 'upcoming-1h'].map((kind) => `${assignmentId}:2:${kind}`);
    const sendAt = new Date(Date.now() - days * 24 * hourMs);
    const { modifiedCount } = await world.store.ledger.updateMany(
      { _id: { $in: ids }, state: 'SUPPRESSED' },
      { $set: { sendAt } },
    );
    expect(modifiedCount).toBe(2);
  };
  await age(recent, 89);
  await age(over, 91);

  // The store looks for them every minute.
  const removed = async () => expect(await world.list(over.assignmentId)).toEqual([]);
  await eventually(removed, { withinMs: 180_000 });
  expect(await world.list(recent.assignmentId)).toHaveLength(2);
  expect(await world.list(open.assignmentId)).toHaveLength(2);

  await world.publishAgain(confirmed, over.event('schedule.disputed', 4));
  await world.untilConsumed();
  expect(await world.list(over.assignmentId)).toEqual([]);
  await world.untilPublished(over.assignmentId, decided);
  const record = await world.store.assignments.findOne({ _id: over.assignmentId });
  expect(record).toMatchObject({ version: 4, sequence: 4, outbox: [] });
});

test('expireEnded follows a changed setting', async () => {
  const kept = async () =>
    (await world.store.ledger.indexes()).find(({ name }) => name === 'ended')?.expireAfterSeconds;
  for (const days of [30, 90]) {
    await expireEnded(world.store, days);
    expect(await kept()).toBe(days * 86_400);
  }
});

test('only ops can list the next reminders, earliest first', async () => {
  const { assignmentId, event } = newAssignment();
  await world.publish(event('schedule.confirmed', 2, { window: windowAt(Temporal.Now.instant(), hourMs + 120_000) }));
  await world.untilReminders(assignmentId, ['upcoming-24h SUPPRESSED OVERTAKEN', 'upcoming-1h PLANNED']);
  const response = await world.get('/ops/reminders?state=upcoming&limit=100');
  const { items } = OpenReminders.parse(await response.json());
  expect(items.map(({ id }) => id)).toContain(`${assignmentId}:2:upcoming-1h`);
  expect(items.map(({ dueAt }) => dueAt)).toEqual(items.map(({ dueAt }) => dueAt).toSorted());
  expect(OpenReminders.parse(await (await world.get('/ops/reminders?state=overdue')).json()).items).toEqual([]);
  const customer = { authorization: `Bearer ${await world.environment.token('customer')}` };
  expect((await world.get('/ops/reminders', customer)).status).toBe(403);
});

test('reminders are listed by pages, and an explanation has the latest', async () => {
  const [one, other] = [newAssignment(), newAssignment()];
  const versions = Array.from({ length: 30 }, (_, index) => index + 1);
  const window = inDays(10);
  for (const { event } of [one, other]) {
    await world.publish(
      ...versions.map((version) => event('schedule.proposed', version, { window, proposedBy: 'CUSTOMER' })),
    );
  }
  await world.untilConsumed();
  await eventually(async () => expect(await world.list(one.assignmentId)).toHaveLength(60));
  await eventually(async () => expect(await world.list(other.assignmentId)).toHaveLength(60));

  const path = `/assignments/${one.assignmentId}/reminders`;
  const page = async (query: object) => {
    const response = await world.get(`${path}?${new URLSearchParams({ ...query })}`);
    return { status: response.status, ...((await response.json()) as Reminders) };
  };
  const ids: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const answer: Reminders = await page({ limit: '7', ...(cursor && { cursor }) });
    expect(answer.items.length).toBeLessThanOrEqual(7);
    ids.push(...answer.items.map(({ id }) => id));
    cursor = answer.nextCursor;
  }
  expect(ids).toEqual((await world.list(one.assignmentId)).map(({ id }) => id));
  expect(await page({})).toMatchObject({ nextCursor: null });

  const ofOther = await world.get(`/assignments/${other.assignmentId}/reminders?limit=1`);
  const { nextCursor = '' } = (await ofOther.json()) as Reminders;
  for (const wrong of [nextCursor ?? '', '!!', Buffer.from(`${ids[0]} then`).toString('base64url')]) {
    expect((await page({ cursor: wrong })).status).toBe(400);
  }
  const explained = (await (
    await world.get(`/ops/assignments/${one.assignmentId}/explain`)
  ).json()) as RemindersExplanation;
  expect(explained.truncated).toBe(true);
  expect(explained.reminders.map(({ id }) => id)).toEqual(ids.slice(-50));
});
