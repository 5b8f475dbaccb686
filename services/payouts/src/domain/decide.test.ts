import { formatInstant } from '@punctual/chassis/domain';
import type { AssignmentStatus, Hold, PayoutStatus } from '@punctual/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { takeBackApprovals } from './approvals.ts';
import { type AssignmentView, unknownAssignment } from './assignment-view.ts';
import { approve, block, blockPayment, markPaid, type PayoutSituation, unblock } from './decide.ts';
import { followAssignment } from './follow-assignment.ts';
import { newestReason, openHolds } from './holds.ts';
import { Amount } from './money.ts';
import type { PayoutState } from './payout.ts';

const now = Temporal.Instant.from('2026-12-02T08:00:00.000Z');
const [ann, bob, cid] = ['ann', 'bob', 'cid'] as const;
const completed = { ...unknownAssignment('assignment'), version: 3, status: 'COMPLETED' as AssignmentStatus };

const awaiting: PayoutState = {
  id: 'payout',
  assignmentId: 'assignment',
  jobId: 'job',
  providerId: 'provider',
  customerId: 'customer',
  amount: Amount.parse({ amountMinor: 150_000, currency: 'EUR' }),
  jobTitle: null,
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
  createdAt: Temporal.Instant.from('2026-12-01T08:00:00.000Z'),
  updatedAt: Temporal.Instant.from('2026-12-01T12:00:00.000Z'),
};

const on = (payout: PayoutState, view: AssignmentView = completed, accountVersion = 1): PayoutSituation => ({
  ...{ payout, view, accountVersion, now },
});
const because = (reason: string, id = `hold ${reason}`) => ({ id, reason, by: cid });
const stopped = block(on(awaiting), because('Check'));
const release = (situation: PayoutSituation, ids?: string[]) => unblock(situation, { ids, by: bob });
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
  test('approve keeps the payout awaiting a second required approval', () => {
    const first = approve(on(awaiting), ann);
    expect(first).toMatchObject({ status: 'AWAITING_APPROVAL', version: 3, approvals: [{ by: ann }] });
    const second = approve(on(first), bob);
    expect(second).toMatchObject({ status: 'APPROVED', version: 4, updatedAt: now });
    expect(second.approvals).toEqual([
      { by: ann, at: formatInstant(now) },
      { by: bob, at: formatInstant(now) },
    ]);
  });

  test('one approval approves a payout that needs one', () => {
    expect(approve(on({ ...awaiting, approvalsNeeded: 1 }), ann)).toMatchObject({ status: 'APPROVED', version: 3 });
  });

  test('approve refuses the same person twice, even once the payout is approved', () => {
    const first = approve(on(awaiting), ann);
    expect(() => approve(on(first), ann)).toThrow(refusal('already-approved'));
    expect(() => approve(on(approve(on(first), bob)), ann)).toThrow(refusal('already-approved'));
  });

  test.each<PayoutStatus>(['PENDING', 'APPROVED', 'PAID', 'BLOCKED'])(
    'approve refuses a payout that is %s',
    (status) => {
      expect(() => approve(on({ ...awaiting, status }), cid)).toThrow(refusal('invalid-transition'));
    },
  );

  test('approve ignores approvals for an earlier account', () => {
    const first = approve(on(awaiting), ann);
    expect(first.accountVersion).toBe(1);
    const second = approve(on(first, completed, 2), bob);
    expect(second).toMatchObject({ status: 'AWAITING_APPROVAL', accountVersion: 2, approvals: [{ by: bob }] });
    expect(approve(on(second, completed, 2), ann)).toMatchObject({ status: 'APPROVED' });
  });

  test('approve counts approvals from a previous release for any account', () => {
    const first = { ...approve(on(awaiting), ann), accountVersion: null };
    expect(approve(on(first, completed, 2), bob)).toMatchObject({ status: 'APPROVED' });
  });
});

describe('account change', () => {
  const approved = approve(on(approve(on(awaiting), ann)), bob);

  test('an account change takes back the approvals and leaves a blocked payout blocked', () => {
    for (const payout of [approved, approve(on(awaiting), ann)]) {
      const back = takeBackApprovals(payout, now);
      expect(back).toMatchObject({ status: 'AWAITING_APPROVAL', approvals: [], accountVersion: null });
      expect(back.version).toBe(payout.version + 1);
    }
    const back = takeBackApprovals(block(on(approved), because('Check')), now);
    expect(back).toMatchObject({ status: 'BLOCKED', approvals: [] });
    expect(release(on(back))).toMatchObject({ status: 'AWAITING_APPROVAL' });
  });

  test('an unpaid attempt for an earlier account takes back the approvals', () => {
    const hold = { id: 'refused', kind: 'PAYMENT', reason: 'payment refused: x' } as const;
    expect(blockPayment(approved, hold, { accountVersion: 2, now })).toMatchObject({
      status: 'BLOCKED',
      approvals: [],
    });
    expect(blockPayment(approved, hold, { accountVersion: 1, now }).approvals).toHaveLength(2);
  });

  test.each<PayoutStatus>(['PENDING', 'PAID'])('an account change refuses a payout that is %s', (status) => {
    expect(() => takeBackApprovals({ ...awaiting, status }, now)).toThrow(refusal('invalid-transition'));
  });
});

describe('block and unblock', () => {
  test('block stops a payout with its reason in every status but PAID', () => {
    for (const status of ['PENDING', 'AWAITING_APPROVAL', 'APPROVED'] as const) {
      const payout = block(on({ ...awaiting, status, onHold: status === 'PENDING' }), because('Check'));
      expect(payout).toMatchObject({ status: 'BLOCKED', onHold: false, version: 3 });
      expect(payout.holds).toMatchObject([{ kind: 'MANUAL', reason: 'Check', by: cid, at: formatInstant(now) }]);
    }
    expect(() => block(on({ ...awaiting, status: 'PAID' }), because('Check'))).toThrow(refusal('invalid-transition'));
  });

  test('block adds a hold, and unblock lifts one hold or all of them', () => {
    const twice = block(on(stopped), because('Fraud'));
    expect(openHolds(twice.holds)).toHaveLength(2);
    const once = release(on(twice), ['hold Check']);
    expect(once).toMatchObject({ status: 'BLOCKED', version: 5 });
    expect(newestReason(once.holds)).toBe('Fraud');
    expect(once.holds).toMatchObject([{ liftedBy: bob, liftedAt: formatInstant(now) }, { liftedBy: null }]);
    expect(release(on(once), ['hold Fraud'])).toMatchObject({ status: 'AWAITING_APPROVAL' });
    expect(release(on(twice))).toMatchObject({ status: 'AWAITING_APPROVAL', version: 5 });
  });

  test('unblock refuses an unknown or lifted hold and lifts none', () => {
    const once = release(on(block(on(stopped), because('Fraud'))), ['hold Check']);
    for (const ids of [['hold Check'], ['hold Fraud', 'other']])
      expect(() => release(on(once), ids)).toThrow(refusal('invalid-transition'));
  });

  test('unblock restores the previous status and keeps the approvals', () => {
    const approved = approve(on(approve(on(awaiting), ann)), bob);
    const back = release(on(block(on(approved), because('Check'))));
    expect(back).toMatchObject({ status: 'APPROVED', version: 6 });
    expect(back.approvals).toHaveLength(2);
  });

  test.each<[AssignmentStatus, PayoutStatus, boolean]>([
    ['CONFIRMED', 'PENDING', false],
    ['PROPOSED', 'PENDING', true],
    ['UNSCHEDULED', 'PENDING', true],
    ['COMPLETED', 'AWAITING_APPROVAL', false],
  ])('unblock follows an assignment that is now %s', (assignmentStatus, status, onHold) => {
    const blocked = block(on({ ...awaiting, status: 'PENDING' }), because('Check'));
    expect(release(on(blocked, { ...completed, status: assignmentStatus }))).toMatchObject({ status, onHold });
  });

  test('unblock lifts a dispute permanently and takes back the approvals', () => {
    const disputed = { ...completed, holds: [disputeOf('dispute')] };
    const approved = approve(on(approve(on(awaiting), ann)), bob);
    const blocked = followAssignment(approved, disputed, now);
    expect(blocked.status).toBe('BLOCKED');
    const back = release(on(blocked, disputed));
    expect(back).toMatchObject({ status: 'AWAITING_APPROVAL', approvals: [], accountVersion: null });
    expect(followAssignment(back, disputed, now)).toBe(back);
  });

  test('lifting a dispute takes back the approvals even when another hold remains', () => {
    const disputed = { ...completed, holds: [disputeOf('dispute')] };
    const approved = approve(on({ ...awaiting, approvalsNeeded: 1 }), ann);
    const both = block(on(followAssignment(approved, disputed, now), disputed), because('Fraud'));
    expect(release(on(both, disputed), ['dispute'])).toMatchObject({ status: 'BLOCKED', approvals: [] });
    const other = release(on(both, disputed), ['hold Fraud']);
    expect(other).toMatchObject({ status: 'BLOCKED', approvals: [{ by: ann }] });
  });

  test('each dispute blocks the payout, including a new one after one was lifted', () => {
    const [one, two] = [disputeOf('one'), disputeOf('two')];
    const first = release(on(followAssignment(awaiting, { ...completed, holds: [one] }, now)));
    const again = followAssignment(first, { ...completed, holds: [one, two] }, now);
    expect(again.status).toBe('BLOCKED');
    expect(openHolds(again.holds)).toMatchObject([{ id: 'two' }]);
  });

  test('a dispute adds a hold to a manually blocked payout', () => {
    const both = followAssignment(stopped, { ...completed, holds: [disputeOf('dispute')] }, now);
    expect(openHolds(both.holds).map(({ kind }) => kind)).toEqual(['DISPUTE', 'MANUAL']);
    expect(both.version).toBe(4);
  });

  test('unblock never lifts a cancellation, and lifts a hold beside it', () => {
    const ended = { ...completed, status: 'CANCELLED' as const, holds: [end] };
    const both = followAssignment(stopped, ended, now);
    for (const ids of [undefined, ['end'], ['end', 'hold Check']])
      expect(() => release(on(both, ended), ids)).toThrow(refusal('invalid-transition'));
    expect(release(on(both, ended), ['hold Check'])).toMatchObject({ status: 'BLOCKED' });
  });

  test('unblock refuses a payout that is not blocked', () => {
    expect(() => release(on(awaiting))).toThrow(refusal('invalid-transition'));
  });
});

describe('mark-paid', () => {
  test('mark-paid pays an approved payout, and PAID is final', () => {
    const approved = approve(on({ ...awaiting, approvalsNeeded: 1 }), ann);
    const paid = markPaid(on(approved), 'SEPA 17');
    expect(paid).toMatchObject({ status: 'PAID', paidAt: now, paymentReference: 'SEPA 17', version: 4 });
    expect(() => markPaid(on(paid), 'SEPA 18')).toThrow(refusal('invalid-transition'));
    expect(followAssignment(paid, { ...completed, holds: [disputeOf('late')] }, now)).toBe(paid);
  });

  test.each<PayoutStatus>(['PENDING', 'AWAITING_APPROVAL', 'BLOCKED'])(
    'mark-paid refuses a payout that is %s',
    (status) => {
      expect(() => markPaid(on({ ...awaiting, status }), 'SEPA 17')).toThrow(refusal('invalid-transition'));
    },
  );
});

test('no sequence of commands pays a payout without the approvals it needs', () => {
  const tries = fc.oneof(
    fc.constantFrom(ann, bob, cid).map((by) => (situation: PayoutSituation) => approve(situation, by)),
    fc.nat().map((id) => (situation: PayoutSituation) => block(situation, because('Check', `hold ${id}`))),
    fc.constant((situation: PayoutSituation) => release(situation)),
    fc.constant(({ payout }: PayoutSituation) => takeBackApprovals(payout, now)),
    fc.constant((situation: PayoutSituation) => markPaid(situation, 'SEPA 17')),
  );
  fc.assert(
    fc.property(fc.array(tries, { maxLength: 20 }), fc.constantFrom(1, 2), (commands, approvalsNeeded) => {
      let payout: PayoutState = { ...awaiting, approvalsNeeded };
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
