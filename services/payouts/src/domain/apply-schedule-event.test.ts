import type { ScheduleEvent } from '@punctual/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { history, legalSteps, type Step } from '../../test/schedule-events.ts';
import { applyScheduleEvent, type Known } from './apply-schedule-event.ts';
import { unknownAssignment } from './assignment-view.ts';
import { edges } from './edges.ts';
import { newestReason, openHolds } from './holds.ts';
import type { Payout } from './payout.ts';

const now = new Date('2026-12-01T12:00:00.000Z');
const opening = { id: '01936f2a-7c10-7000-8000-0000000000a1', twoPersonMinor: 100_000 };

/** Applies events one after another; also gives every version of the payout on the way. */
function follow(events: readonly ScheduleEvent[]): Known & { trail: Payout[] } {
  const trail: Payout[] = [];
  let known: Known = { view: unknownAssignment(events[0]?.data.assignmentId ?? opening.id), payout: undefined };
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

const payoutAfter = (...steps: Step[]) => follow(history(steps)).payout;

describe('a payout follows its assignment', () => {
  it('is opened by a confirmation, with the price as its amount', () => {
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

  it.each([
    [99_999, 1],
    [100_000, 2],
  ])('of %i needs %i people', (amountMinor, approvalsNeeded) => {
    const { payout } = follow(history(['propose', 'confirm'], { price: { amountMinor, currency: 'EUR' } }));
    expect(payout).toMatchObject({ approvalsNeeded });
  });

  it.each<[Step]>([['propose'], ['rejectWindow']])('is held by %s after the confirmation', (step) => {
    expect(payoutAfter('propose', 'confirm', step)).toMatchObject({ status: 'PENDING', onHold: true, version: 2 });
  });

  it('is held once, and released by the next confirmation', () => {
    expect(payoutAfter('propose', 'confirm', 'propose', 'expire')).toMatchObject({ onHold: true, version: 2 });
    expect(payoutAfter('propose', 'confirm', 'propose', 'confirm')).toMatchObject({ onHold: false, version: 3 });
  });

  it('awaits approval once the work is completed', () => {
    expect(payoutAfter('propose', 'confirm', 'complete')).toMatchObject({ status: 'AWAITING_APPROVAL', version: 2 });
  });

  it.each<[Step, string]>([
    ['decline', 'declined: Booked elsewhere'],
    ['cancel', 'cancelled: Not needed any more'],
    ['dispute', 'disputed, NO_SHOW: Nobody came'],
  ])('is blocked by %s with the reason', (step, reason) => {
    const payout = payoutAfter('propose', 'confirm', step);
    expect(payout).toMatchObject({ status: 'BLOCKED', version: 2 });
    const [event] = history(['propose', 'confirm', step]).slice(-1);
    expect(payout?.holds).toMatchObject([{ reason, by: event?.data.actor.id }]);
  });

  it('stays blocked while its assignment goes on, and by an end besides the dispute', () => {
    expect(payoutAfter('propose', 'confirm', 'dispute', 'complete')).toMatchObject({ status: 'BLOCKED', version: 2 });
    const ended = payoutAfter('propose', 'confirm', 'dispute', 'cancel');
    expect(ended).toMatchObject({ status: 'BLOCKED', version: 3 });
    expect(openHolds(ended?.holds ?? []).map(({ kind }) => kind)).toEqual(['DISPUTE', 'CANCELLED']);
    expect(newestReason(ended?.holds ?? [])).toBe('cancelled: Not needed any more');
  });

  it('opens and blocks at once when the confirmation comes after the cancellation', () => {
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

describe('whatever happens', () => {
  it('any order and any duplicates of the events end in the same state', () => {
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

  it('a payout moves along the edges only, one version at a time', () => {
    const anyOrder = anyHistory.chain((events) => fc.shuffledSubarray(events, { minLength: events.length }));
    fc.assert(
      fc.property(anyOrder, (events) => {
        const { trail } = follow(events);
        expect(trail.map(({ version }) => version)).toEqual(trail.map((_, index) => index + 1));
        for (const [index, after] of trail.entries()) {
          const from = trail[index - 1]?.status;
          if (!from) expect(after.status).toBe('PENDING');
          else expect(edges).toContainEqual(expect.objectContaining({ from, to: after.status }));
        }
      }),
    );
  });
});
