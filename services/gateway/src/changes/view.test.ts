import { randomUUID } from 'node:crypto';
import type { Caller } from '@punctual/chassis';
import { allEvents, Role } from '@punctual/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Change } from './change.ts';
import { beginAt, moveTo } from './cursor.ts';
import { viewOfAssignment, viewOfPerson } from './view.ts';

const none = { streamCreatedAt: 10, sequence: 0 };
const begin = beginAt({ SCHEDULE: none, REMINDER: none, PAYOUT: none });
const { customerId, providerId, assignmentId } = allEvents['schedule.confirmed'].example.data;
const callerOf = (id: string, ...roles: Role[]) => ({ id, roles, expiresAt: 0 });
const ops = callerOf(randomUUID(), 'ops');

const confirmed = (sequence: number, version: number, streamCreatedAt = 10): Change => ({
  stream: 'SCHEDULE',
  streamCreatedAt,
  sequence,
  event: { ...allEvents['schedule.confirmed'].example, sequence: String(version).padStart(10, '0') },
});
const due: Change = { stream: 'REMINDER', ...none, sequence: 1, event: allEvents['reminder.due'].example };
const paid: Change = { stream: 'PAYOUT', ...none, sequence: 1, event: allEvents['payout.paid'].example };

describe('the view of an assignment', () => {
  const { pass } = viewOfAssignment(ops, assignmentId);

  test('passes only newer versions', () => {
    const cursor = pass(begin, confirmed(101, 7)) ?? begin;
    expect(cursor.SCHEDULE).toEqual({ streamCreatedAt: 10, sequence: 101, version: 7 });
    expect(pass(cursor, confirmed(102, 7))).toBeUndefined();
    expect(pass(cursor, confirmed(103, 6))).toBeUndefined();
    expect(pass(cursor, confirmed(104, 8))?.SCHEDULE).toEqual({ streamCreatedAt: 10, sequence: 104, version: 8 });
    expect(pass(cursor, confirmed(1, 8, 20))?.SCHEDULE).toEqual({ streamCreatedAt: 20, sequence: 1, version: 8 });
  });

  test('passes version 0 as the first', () => {
    const cursor = pass(begin, confirmed(101, 0)) ?? begin;
    expect(cursor.SCHEDULE).toEqual({ streamCreatedAt: 10, sequence: 101, version: 0 });
    expect(pass(cursor, confirmed(101, 0))).toBeUndefined();
    expect(pass(moveTo(begin, 'SCHEDULE', none, 1), confirmed(102, 0))).toBeUndefined();
  });

  test('shows payouts to those who may read them, and no other assignment', () => {
    const shows = (...caller: Parameters<typeof callerOf>) =>
      viewOfAssignment(callerOf(...caller), assignmentId).show(paid) !== undefined;
    expect(shows(customerId, 'customer')).toBe(false);
    expect(shows(providerId, 'provider')).toBe(true);
    expect(shows(randomUUID(), 'finance')).toBe(true);
    expect(viewOfAssignment(ops, randomUUID()).show(paid)).toBeUndefined();
  });
});

test('the view of a person passes each message once, whatever its version', () => {
  const { pass } = viewOfPerson(ops);
  const cursor = pass(begin, confirmed(101, 7)) ?? begin;
  expect(cursor.SCHEDULE).toMatchObject({ streamCreatedAt: 10, sequence: 101 });
  expect(pass(cursor, confirmed(101, 7))).toBeUndefined();
  expect(pass(cursor, confirmed(100, 8))).toBeUndefined();
  expect(pass(cursor, confirmed(102, 1))?.SCHEDULE).toMatchObject({ sequence: 102 });
});

test('a customer gets a reduced payout, and whoever may read it the whole', () => {
  const { payoutId, jobId, version, status } = allEvents['payout.paid'].example.data;
  const { data: _data, ...envelope } = paid.event;
  expect(viewOfPerson(callerOf(customerId, 'customer')).show(paid)).toEqual({
    ...envelope,
    data: { payoutId, assignmentId, jobId, customerId, providerId, version, status },
  });
  expect(viewOfPerson(callerOf(providerId, 'provider')).show(paid)).toEqual(paid.event);
  expect(viewOfPerson(callerOf(customerId, 'customer', 'finance')).show(paid)).toEqual(paid.event);
});

test('a released provider is not shown who is next, and the customer is', () => {
  const event = allEvents['schedule.rejected'].example;
  const rejected: Change = { stream: 'SCHEDULE', ...none, sequence: 1, event };
  for (const viewOf of [viewOfPerson, (caller: Caller) => viewOfAssignment(caller, assignmentId)]) {
    const dataFor = (...caller: Parameters<typeof callerOf>) => viewOf(callerOf(...caller)).show(rejected)?.data;
    expect(dataFor(providerId, 'provider')).toEqual({ ...event.data, nextProviderId: null });
    expect(dataFor(customerId, 'customer')).toEqual(event.data);
    expect(dataFor(randomUUID(), 'ops')).toEqual(event.data);
  }
});

test('nobody is shown an event whose assignment or payout they may not read', () => {
  const rolesOf = fc.uniqueArray(fc.constantFrom(...Role.options), { maxLength: 4 });
  const idOf = fc.constantFrom(customerId, providerId, randomUUID());
  fc.assert(
    fc.property(idOf, rolesOf, fc.constantFrom(confirmed(1, 1), due, paid), (id, roles, change) => {
      const isParty =
        (roles.includes('customer') && id === customerId) || (roles.includes('provider') && id === providerId);
      const readsAll = roles.includes('finance') || roles.includes('ops');
      const readsPayout = readsAll || (roles.includes('provider') && id === providerId);
      const shown = viewOfPerson(callerOf(id, ...roles)).show(change);
      expect(shown !== undefined).toBe(isParty || readsAll);
      if (shown) expect('amount' in Object(shown.data)).toBe(change === paid && readsPayout);
    }),
  );
});
