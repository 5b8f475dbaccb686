import type { AssignmentStatus, PayoutStatus } from '@punctual/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unknownAssignment } from './assignment-view.ts';
import { approve, block, markPaid, type Situation, unblock } from './decide.ts';
import { followAssignment } from './follow-assignment.ts';
import { Amount } from './money.ts';
import type { Payout } from './payout.ts';

const now = new Date('2026-12-02T08:00:00.000Z');
const [ann, bob, cid] = ['ann', 'bob', 'cid'] as const;
const completed = { ...unknownAssignment('assignment'), version: 3, status: 'COMPLETED' as AssignmentStatus };

const awaiting: Payout = {
  id: 'payout',
  assignmentId: 'assignment',
  jobId: 'job',
  providerId: 'provider',
  customerId: 'customer',
  amount: Amount.parse({ amountMinor: 150_000, currency: 'EUR' }),
  status: 'AWAITING_APPROVAL',
  onHold: false,
  version: 2,
  approvals: [],
  approvalsNeeded: 2,
  blockedBecause: null,
  disputeSettled: false,
  paidAt: null,
  paymentReference: null,
  createdAt: new Date('2026-12-01T08:00:00.000Z'),
  updatedAt: new Date('2026-12-01T12:00:00.000Z'),
};

const on = (payout: Payout, view = completed): Situation => ({ payout, view, now });
const refusal = (code: string) => expect.objectContaining({ code });

describe('approve', () => {
  it('waits for the second of two people', () => {
    const first = approve(on(awaiting), ann);
    expect(first).toMatchObject({ status: 'AWAITING_APPROVAL', version: 3, approvals: [{ by: ann }] });
    const second = approve(on(first), bob);
    expect(second).toMatchObject({ status: 'APPROVED', version: 4, updatedAt: now });
    expect(second.approvals).toEqual([
      { by: ann, at: now.toISOString() },
      { by: bob, at: now.toISOString() },
    ]);
  });

  it('is enough from one person where one is needed', () => {
    expect(approve(on({ ...awaiting, approvalsNeeded: 1 }), ann)).toMatchObject({ status: 'APPROVED', version: 3 });
  });

  it('refuses the same person a second time, also when it is approved by now', () => {
    const first = approve(on(awaiting), ann);
    expect(() => approve(on(first), ann)).toThrow(refusal('already-approved'));
    expect(() => approve(on(approve(on(first), bob)), ann)).toThrow(refusal('already-approved'));
  });

  it.each<PayoutStatus>(['PENDING', 'APPROVED', 'PAID', 'BLOCKED'])('refuses one that is %s', (status) => {
    expect(() => approve(on({ ...awaiting, status }), cid)).toThrow(refusal('invalid-transition'));
  });
});

describe('block and unblock', () => {
  it('blocks with the reason, from every status but BLOCKED and PAID', () => {
    for (const status of ['PENDING', 'AWAITING_APPROVAL', 'APPROVED'] as const) {
      const blocked = block(on({ ...awaiting, status, onHold: status === 'PENDING' }), 'Check the account');
      expect(blocked).toMatchObject({
        status: 'BLOCKED',
        blockedBecause: 'Check the account',
        onHold: false,
        version: 3,
      });
    }
    for (const status of ['BLOCKED', 'PAID'] as const) {
      expect(() => block(on({ ...awaiting, status }), 'Check')).toThrow(refusal('invalid-transition'));
    }
  });

  it('goes back to where it came from, with the approvals that were given', () => {
    const approved = approve(on(approve(on(awaiting), ann)), bob);
    const back = unblock(on(block(on(approved), 'Check')));
    expect(back).toMatchObject({ status: 'APPROVED', blockedBecause: null, version: 6 });
    expect(back.approvals).toHaveLength(2);
  });

  it.each<[AssignmentStatus, PayoutStatus, boolean]>([
    ['CONFIRMED', 'PENDING', false],
    ['PROPOSED', 'PENDING', true],
    ['UNSCHEDULED', 'PENDING', true],
    ['COMPLETED', 'AWAITING_APPROVAL', false],
  ])('goes on from where the assignment has come meanwhile: %s', (assignmentStatus, status, onHold) => {
    const blocked = block(on({ ...awaiting, status: 'PENDING' }), 'Check');
    expect(unblock(on(blocked, { ...completed, status: assignmentStatus }))).toMatchObject({ status, onHold });
  });

  it('settles a dispute for good', () => {
    const disputed = { ...completed, disputedBecause: 'disputed, QUALITY: Still leaking' };
    const blocked = followAssignment(awaiting, disputed, now);
    expect(blocked).toMatchObject({ status: 'BLOCKED', blockedBecause: disputed.disputedBecause });
    const back = unblock(on(blocked, disputed));
    expect(back).toMatchObject({ status: 'AWAITING_APPROVAL' });
    expect(followAssignment(back, disputed, now)).toBe(back);
  });

  it('shows a dispute to who would unblock it for another reason', () => {
    const disputed = { ...completed, disputedBecause: 'disputed, QUALITY: Still leaking' };
    const blocked = block(on(awaiting), 'Check');
    expect(followAssignment(blocked, disputed, now)).toMatchObject({
      status: 'BLOCKED',
      blockedBecause: disputed.disputedBecause,
      version: 4,
    });
  });

  it('leaves blocked what was cancelled or declined, and refuses what is not blocked', () => {
    const blocked = block(on(awaiting), 'Check');
    const ended = { ...completed, endedBecause: 'cancelled' };
    expect(() => unblock(on(blocked, ended))).toThrow(refusal('invalid-transition'));
    expect(() => unblock(on(awaiting))).toThrow(refusal('invalid-transition'));
  });
});

describe('mark-paid', () => {
  it('is for an approved one, and final', () => {
    const approved = approve(on({ ...awaiting, approvalsNeeded: 1 }), ann);
    const paid = markPaid(on(approved), 'SEPA 17');
    expect(paid).toMatchObject({ status: 'PAID', paidAt: now, paymentReference: 'SEPA 17', version: 4 });
    expect(() => markPaid(on(paid), 'SEPA 18')).toThrow(refusal('invalid-transition'));
    expect(followAssignment(paid, { ...completed, disputedBecause: 'disputed' }, now)).toBe(paid);
  });

  it.each<PayoutStatus>(['PENDING', 'AWAITING_APPROVAL', 'BLOCKED'])('refuses one that is %s', (status) => {
    expect(() => markPaid(on({ ...awaiting, status }), 'SEPA 17')).toThrow(refusal('invalid-transition'));
  });
});

it('is never paid without the approval of as many people as it needs, whatever people try', () => {
  const tries = fc.oneof(
    fc.constantFrom(ann, bob, cid).map((by) => (situation: Situation) => approve(situation, by)),
    fc.constant((situation: Situation) => block(situation, 'Check')),
    fc.constant(unblock),
    fc.constant((situation: Situation) => markPaid(situation, 'SEPA 17')),
  );
  fc.assert(
    fc.property(fc.array(tries, { maxLength: 20 }), fc.constantFrom(1, 2), (commands, approvalsNeeded) => {
      let payout: Payout = { ...awaiting, approvalsNeeded };
      for (const command of commands) {
        const before = payout;
        try {
          payout = command(on(before));
        } catch {
          continue;
        }
        expect(before.status).not.toBe('PAID');
        expect(payout.version).toBe(before.version + 1);
      }
      const people = new Set(payout.approvals.map(({ by }) => by));
      expect(people.size).toBe(payout.approvals.length);
      if (payout.status === 'PAID') expect(people.size).toBeGreaterThanOrEqual(approvalsNeeded);
    }),
  );
});
