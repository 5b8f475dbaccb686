import type { AssignmentStatus, Hold, PayoutStatus } from '@punctual/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takeBackApprovals } from './approvals.ts';
import { type AssignmentView, unknownAssignment } from './assignment-view.ts';
import { approve, block, blockPayment, markPaid, type Situation, unblock } from './decide.ts';
import { followAssignment } from './follow-assignment.ts';
import { newestReason, openHolds } from './holds.ts';
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
  accountVersion: null,
  holds: [],
  paidAt: null,
  paymentReference: null,
  paidTo: null,
  createdAt: new Date('2026-12-01T08:00:00.000Z'),
  updatedAt: new Date('2026-12-01T12:00:00.000Z'),
};

const on = (payout: Payout, view: AssignmentView = completed, accountVersion = 1): Situation => ({
  ...{ payout, view, accountVersion, now },
});
const because = (reason: string, id = `hold ${reason}`) => ({ id, reason, by: cid });
const stopped = block(on(awaiting), because('Check'));
const release = (situation: Situation, ids?: string[]) => unblock(situation, { ids, by: bob });
const disputeOf = (id: string): Hold => ({
  ...{
    id,
    kind: 'DISPUTE',
    reason: 'disputed, QUALITY: Still leaking',
    by: 'customer',
    at: '2026-12-01T10:00:00.000Z',
  },
});
const end: Hold = { ...disputeOf('end'), kind: 'CANCELLED', reason: 'cancelled', at: '2026-12-01T11:00:00.000Z' };
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

  it('counts no approval for an earlier account', () => {
    const first = approve(on(awaiting), ann);
    expect(first.accountVersion).toBe(1);
    const second = approve(on(first, completed, 2), bob);
    expect(second).toMatchObject({ status: 'AWAITING_APPROVAL', accountVersion: 2, approvals: [{ by: bob }] });
    expect(approve(on(second, completed, 2), ann)).toMatchObject({ status: 'APPROVED' });
  });

  it('counts approvals that a previous release took, for whatever account', () => {
    const first = { ...approve(on(awaiting), ann), accountVersion: null };
    expect(approve(on(first, completed, 2), bob)).toMatchObject({ status: 'APPROVED' });
  });
});

describe('a change of the account', () => {
  const approved = approve(on(approve(on(awaiting), ann)), bob);

  it('takes the approvals back, and leaves a stopped payout stopped', () => {
    for (const payout of [approved, approve(on(awaiting), ann)]) {
      const back = takeBackApprovals(payout, now);
      expect(back).toMatchObject({ status: 'AWAITING_APPROVAL', approvals: [], accountVersion: null });
      expect(back.version).toBe(payout.version + 1);
    }
    const back = takeBackApprovals(block(on(approved), because('Check')), now);
    expect(back).toMatchObject({ status: 'BLOCKED', approvals: [] });
    expect(release(on(back))).toMatchObject({ status: 'AWAITING_APPROVAL' });
  });

  it('takes them back when an attempt for the earlier account ends unpaid', () => {
    const hold = { id: 'refused', kind: 'PAYMENT', reason: 'payment refused: x' } as const;
    expect(blockPayment(approved, hold, { accountVersion: 2, now })).toMatchObject({
      status: 'BLOCKED',
      approvals: [],
    });
    expect(blockPayment(approved, hold, { accountVersion: 1, now }).approvals).toHaveLength(2);
  });

  it.each<PayoutStatus>(['PENDING', 'PAID'])('changes nothing about one that is %s', (status) => {
    expect(() => takeBackApprovals({ ...awaiting, status }, now)).toThrow(refusal('invalid-transition'));
  });
});

describe('block and unblock', () => {
  it('stops with the reason, from every status but PAID', () => {
    for (const status of ['PENDING', 'AWAITING_APPROVAL', 'APPROVED'] as const) {
      const payout = block(on({ ...awaiting, status, onHold: status === 'PENDING' }), because('Check'));
      expect(payout).toMatchObject({ status: 'BLOCKED', onHold: false, version: 3 });
      expect(payout.holds).toMatchObject([{ kind: 'MANUAL', reason: 'Check', by: cid, at: now.toISOString() }]);
    }
    expect(() => block(on({ ...awaiting, status: 'PAID' }), because('Check'))).toThrow(refusal('invalid-transition'));
  });

  it('adds a hold to those that there are; each is lifted by itself, or all at once', () => {
    const twice = block(on(stopped), because('Fraud'));
    expect(openHolds(twice.holds)).toHaveLength(2);
    const once = release(on(twice), ['hold Check']);
    expect(once).toMatchObject({ status: 'BLOCKED', version: 5 });
    expect(newestReason(once.holds)).toBe('Fraud');
    expect(once.holds).toMatchObject([{ liftedBy: bob, liftedAt: now.toISOString() }, { liftedBy: null }]);
    expect(release(on(once), ['hold Fraud'])).toMatchObject({ status: 'AWAITING_APPROVAL' });
    expect(release(on(twice))).toMatchObject({ status: 'AWAITING_APPROVAL', version: 5 });
  });

  it('refuses a hold that is unknown or lifted, and lifts none then', () => {
    const once = release(on(block(on(stopped), because('Fraud'))), ['hold Check']);
    for (const ids of [['hold Check'], ['hold Fraud', 'other']])
      expect(() => release(on(once), ids)).toThrow(refusal('invalid-transition'));
  });

  it('goes back to where it came from, with the approvals that were given', () => {
    const approved = approve(on(approve(on(awaiting), ann)), bob);
    const back = release(on(block(on(approved), because('Check'))));
    expect(back).toMatchObject({ status: 'APPROVED', version: 6 });
    expect(back.approvals).toHaveLength(2);
  });

  it.each<[AssignmentStatus, PayoutStatus, boolean]>([
    ['CONFIRMED', 'PENDING', false],
    ['PROPOSED', 'PENDING', true],
    ['UNSCHEDULED', 'PENDING', true],
    ['COMPLETED', 'AWAITING_APPROVAL', false],
  ])('goes on from where the assignment has come meanwhile: %s', (assignmentStatus, status, onHold) => {
    const blocked = block(on({ ...awaiting, status: 'PENDING' }), because('Check'));
    expect(release(on(blocked, { ...completed, status: assignmentStatus }))).toMatchObject({ status, onHold });
  });

  it('lifts a dispute for good, and takes the approvals back', () => {
    const disputed = { ...completed, holds: [disputeOf('dispute')] };
    const approved = approve(on(approve(on(awaiting), ann)), bob);
    const blocked = followAssignment(approved, disputed, now);
    expect(blocked.status).toBe('BLOCKED');
    const back = release(on(blocked, disputed));
    expect(back).toMatchObject({ status: 'AWAITING_APPROVAL', approvals: [], accountVersion: null });
    expect(followAssignment(back, disputed, now)).toBe(back);
  });

  it('takes them back also when another hold remains', () => {
    const disputed = { ...completed, holds: [disputeOf('dispute')] };
    const approved = approve(on({ ...awaiting, approvalsNeeded: 1 }), ann);
    const both = block(on(followAssignment(approved, disputed, now), disputed), because('Fraud'));
    expect(release(on(both, disputed), ['dispute'])).toMatchObject({ status: 'BLOCKED', approvals: [] });
    const other = release(on(both, disputed), ['hold Fraud']);
    expect(other).toMatchObject({ status: 'BLOCKED', approvals: [{ by: ann }] });
  });

  it('is stopped by each dispute, and by a new one after one was lifted', () => {
    const [one, two] = [disputeOf('one'), disputeOf('two')];
    const first = release(on(followAssignment(awaiting, { ...completed, holds: [one] }, now)));
    const again = followAssignment(first, { ...completed, holds: [one, two] }, now);
    expect(again.status).toBe('BLOCKED');
    expect(openHolds(again.holds)).toMatchObject([{ id: 'two' }]);
  });

  it('adds a dispute to what a person has stopped', () => {
    const both = followAssignment(stopped, { ...completed, holds: [disputeOf('dispute')] }, now);
    expect(openHolds(both.holds).map(({ kind }) => kind)).toEqual(['DISPUTE', 'MANUAL']);
    expect(both.version).toBe(4);
  });

  it('never lifts an end, and lifts another hold beside it', () => {
    const ended = { ...completed, status: 'CANCELLED' as const, holds: [end] };
    const both = followAssignment(stopped, ended, now);
    for (const ids of [undefined, ['end'], ['end', 'hold Check']])
      expect(() => release(on(both, ended), ids)).toThrow(refusal('invalid-transition'));
    expect(release(on(both, ended), ['hold Check'])).toMatchObject({ status: 'BLOCKED' });
  });

  it('refuses what is not blocked', () => {
    expect(() => release(on(awaiting))).toThrow(refusal('invalid-transition'));
  });
});

describe('mark-paid', () => {
  it('is for an approved one, and final', () => {
    const approved = approve(on({ ...awaiting, approvalsNeeded: 1 }), ann);
    const paid = markPaid(on(approved), 'SEPA 17');
    expect(paid).toMatchObject({ status: 'PAID', paidAt: now, paymentReference: 'SEPA 17', version: 4 });
    expect(() => markPaid(on(paid), 'SEPA 18')).toThrow(refusal('invalid-transition'));
    expect(followAssignment(paid, { ...completed, holds: [disputeOf('late')] }, now)).toBe(paid);
  });

  it.each<PayoutStatus>(['PENDING', 'AWAITING_APPROVAL', 'BLOCKED'])('refuses one that is %s', (status) => {
    expect(() => markPaid(on({ ...awaiting, status }), 'SEPA 17')).toThrow(refusal('invalid-transition'));
  });
});

it('is never paid without the approval of as many people as it needs, whatever people try', () => {
  const tries = fc.oneof(
    fc.constantFrom(ann, bob, cid).map((by) => (situation: Situation) => approve(situation, by)),
    fc.nat().map((id) => (situation: Situation) => block(situation, because('Check', `hold ${id}`))),
    fc.constant((situation: Situation) => release(situation)),
    fc.constant(({ payout }: Situation) => takeBackApprovals(payout, now)),
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
