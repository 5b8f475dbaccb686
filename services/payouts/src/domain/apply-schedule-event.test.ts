import type { ScheduleEvent } from '@punctual/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { history, legalSteps, type ScheduleStep } from '../../test/schedule-events.ts';
import { applyScheduleEvent, type FollowedAssignment } from './apply-schedule-event.ts';
import { unknownAssignment } from './assignment-view.ts';
import { newestReason, openHolds } from './holds.ts';
import type { PayoutState } from './payout.ts';
import { transitions } from './transitions.ts';

const now = Temporal.Instant.from('2026-12-01T12:00:00.000Z');
const opening = { id: '01936f2a-7c10-7000-8000-0000000000a1', twoPersonMinor: 100_000 };

/** Applies events one after another; also gives every version of the payout on the way. */
function follow(events: readonly ScheduleEvent[]): FollowedAssignment & { trail: PayoutState[] } {
  const trail: PayoutState[] = [];
  let known: FollowedAssignment = {
    view: unknownAssignment(events[0]?.data.assignmentId ?? opening.id),
    payout: undefined,
  };
  for (const event of events) {
    const { view, versions } = applyScheduleEvent(known, event, opening, now);
    trail.push(...versions);
    known = { view, payout: trail.at(-1) };
  }
  return { ...known, trail };
}

/** How a history ends, without how many versions it took to get there. */
function end(events: readonly ScheduleEvent[]) {
  const { view, payout } = follow(events);
  return { view, payout: payout && { ...payout, version: 'any' } };
}

const payoutAfter = (...steps: ScheduleStep[]) => follow(history(steps)).payout;

describe('a payout follows its assignment', () => {
  test('a confirmation opens a payout with the price as its amount', () => {
    expect(payoutAfter('propose')).toBeUndefined();
    expect(payoutAfter('propose', 'confirm')).toMatchObject({
      status: 'PENDING',
      onHold: false,
      version: 1,
      amount: { amountMinor: 18_500, currency: 'EUR' },
      approvals: [],
      approvalsNeeded: 1,
    });
  });

  test.each([
    [99_999, 1],
    [100_000, 2],
  ])('a payout of %i needs %i approvals', (amountMinor, approvalsNeeded) => {
    const { payout } = follow(history(['propose', 'confirm'], { price: { amountMinor, currency: 'EUR' } }));
    expect(payout).toMatchObject({ approvalsNeeded });
  });

  test.each<[ScheduleStep]>([['propose'], ['rejectWindow']])('%s after the confirmation holds the payout', (step) => {
    expect(payoutAfter('propose', 'confirm', step)).toMatchObject({ status: 'PENDING', onHold: true, version: 2 });
  });

  test('a payout is held once and released by the next confirmation', () => {
    expect(payoutAfter('propose', 'confirm', 'propose', 'expire')).toMatchObject({ onHold: true, version: 2 });
    expect(payoutAfter('propose', 'confirm', 'propose', 'confirm')).toMatchObject({ onHold: false, version: 3 });
  });

  test('a completed assignment moves the payout to AWAITING_APPROVAL', () => {
    expect(payoutAfter('propose', 'confirm', 'complete')).toMatchObject({ status: 'AWAITING_APPROVAL', version: 2 });
  });

  test.each<[ScheduleStep, string]>([
    ['decline', 'declined: Booked elsewhere'],
    ['cancel', 'cancelled: Not needed any more'],
    ['dispute', 'disputed, NO_SHOW: Nobody came'],
  ])('%s blocks the payout with its reason', (step, reason) => {
    const payout = payoutAfter('propose', 'confirm', step);
    expect(payout).toMatchObject({ status: 'BLOCKED', version: 2 });
    const [event] = history(['propose', 'confirm', step]).slice(-1);
    expect(payout?.holds).toMatchObject([{ reason, by: event?.data.actor.id }]);
  });

  test('a blocked payout stays blocked, and a cancellation adds a hold to a dispute', () => {
    expect(payoutAfter('propose', 'confirm', 'dispute', 'complete')).toMatchObject({ status: 'BLOCKED', version: 2 });
    const ended = payoutAfter('propose', 'confirm', 'dispute', 'cancel');
    expect(ended).toMatchObject({ status: 'BLOCKED', version: 3 });
    expect(openHolds(ended?.holds ?? []).map(({ kind }) => kind)).toEqual(['DISPUTE', 'CANCELLED']);
    expect(newestReason(ended?.holds ?? [])).toBe('cancelled: Not needed any more');
  });

  test('a confirmation after the cancellation opens a blocked payout', () => {
    const [propose, confirm, cancel] = history(['propose', 'confirm', 'cancel']) as [
      ScheduleEvent,
      ScheduleEvent,
      ScheduleEvent,
    ];
    expect(follow([propose, cancel, confirm]).trail).toMatchObject([
      { status: 'PENDING', version: 1 },
      { status: 'BLOCKED', version: 2 },
    ]);
  });
});

const anyHistory = fc.array(fc.nat(5), { maxLength: 12 }).map((picks) => history(legalSteps(picks)));

describe('invariants', () => {
  test('reordered and duplicated events give the same final state', () => {
    const shuffled = anyHistory.chain((events) =>
      fc.record({
        events: fc.constant(events),
        arrived: fc
          .subarray(events)
          .chain((again) => fc.shuffledSubarray([...events, ...again], { minLength: events.length + again.length })),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ events, arrived }) => {
        expect(end(arrived)).toEqual(end(events));
      }),
      { numRuns: 2_000 },
    );
  });

  test('a payout moves only along transitions, one version at a time', () => {
    const anyOrder = anyHistory.chain((events) => fc.shuffledSubarray(events, { minLength: events.length }));
    fc.assert(
      fc.property(anyOrder, (events) => {
        const { trail } = follow(events);
        expect(trail.map(({ version }) => version)).toEqual(trail.map((_, index) => index + 1));
        for (const [index, after] of trail.entries()) {
          const from = trail[index - 1]?.status;
          if (!from) expect(after.status).toBe('PENDING');
          else expect(transitions).toContainEqual(expect.objectContaining({ from, to: after.status }));
        }
      }),
    );
  });
});
