import { DomainError, formatInstant } from '@punctual/chassis/domain';
import { changedFields } from '@punctual/chassis/postgres';
import { type AssignmentStatus, type DisputeKind, makeEvent, type Role } from '@punctual/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scheduleEventData } from '../messaging/events.ts';
import { actions, noSurroundings } from './actions.ts';
import { type AssignmentState, statusAt } from './assignment.ts';
import { type AssignmentCaller, authorize } from './authorize.ts';
import { cancel } from './cancel.ts';
import type { AcceptedChange } from './change.ts';
import { complete } from './complete.ts';
import { confirm } from './confirm.ts';
import { newAssignment } from './create-assignment.ts';
import type { AssignmentSituation, Decision } from './decide.ts';
import { dispute } from './dispute.ts';
import { presentFields, timelineFields } from './present.ts';
import { type Proposal, propose } from './propose.ts';
import { rejectWindow } from './reject-window.ts';
import { type Rejection, rejectScope } from './rejection.ts';
import { releaseProvider } from './release-provider.ts';

const [customerId, providerId, opsId, financeId] = [1, 2, 3, 4].map((n) => `01936f2a-7c10-7000-8000-00000000000${n}`);
const nextProviderId = '01936f2a-7c10-7000-8000-000000000009';
const rules = { horizonDays: 60, minMinutes: 30, maxMinutes: 20_160, proposalTtlHours: 72 };
const begin = Temporal.Instant.from('2026-11-01T12:00:00Z');

const people: Record<Role, AssignmentCaller> = {
  customer: { id: customerId ?? '', roles: ['customer'] },
  provider: { id: providerId ?? '', roles: ['provider'] },
  ops: { id: opsId ?? '', roles: ['ops'] },
  finance: { id: financeId ?? '', roles: ['finance'] },
};

function fresh(): AssignmentState {
  const job = {
    jobId: '01936f2a-7c10-7000-8000-00000000000a',
    jobTitle: 'The kitchen tap leaks',
    customerId: customerId ?? '',
    timezone: 'Europe/Berlin',
    priceAmountMinor: 100,
    priceCurrency: 'EUR',
  };
  return newAssignment(job, providerId ?? '', '01936f2a-7c10-7000-8000-00000000000b', begin);
}

type Command =
  | { name: 'propose'; body: Proposal }
  | { name: 'confirm' }
  | { name: 'reject'; body: Rejection }
  | { name: 'cancel'; body: { reason: string } }
  | { name: 'complete' }
  | { name: 'dispute'; body: { kind: DisputeKind; reason: string } };

type Step = { role: Role; minutesLater: number; command: (now: Temporal.Instant) => Command };

const window = (inMinutes: number) => (now: Temporal.Instant) => ({
  start: formatInstant(now.add({ minutes: inMinutes })),
  end: formatInstant(now.add({ minutes: inMinutes + 60 })),
});

const always = (command: Command) => () => command;

const commands: fc.Arbitrary<Step['command']> = fc.oneof(
  fc.integer({ min: 1, max: 10_000 }).map((lead): Step['command'] => {
    return (now) => ({ name: 'propose', body: window(lead)(now) });
  }),
  fc.constant<Step['command']>(always({ name: 'confirm' })),
  fc
    .record({
      reason: fc.option(fc.constant('No time'), { nil: undefined }),
      scope: fc.option(fc.constantFrom('window' as const, 'assignment' as const), { nil: undefined }),
      countered: fc.boolean(),
    })
    .map(({ reason, scope, countered }): Step['command'] => {
      return (now) => ({ name: 'reject', body: { reason, scope, ...(countered && { counter: window(500)(now) }) } });
    }),
  fc.constant<Step['command']>(always({ name: 'cancel', body: { reason: 'Enough' } })),
  fc.constant<Step['command']>(always({ name: 'complete' })),
  fc.constant<Step['command']>(always({ name: 'dispute', body: { kind: 'QUALITY', reason: 'It leaks' } })),
);

/** The way to a finished job; left to chance, few sequences would come to its end. */
const straightOn: Step[] = [
  { role: 'customer', minutesLater: 0, command: (now) => ({ name: 'propose', body: window(60)(now) }) },
  { role: 'provider', minutesLater: 1, command: always({ name: 'confirm' }) },
  { role: 'provider', minutesLater: 90, command: always({ name: 'complete' }) },
];

const anyStep: fc.Arbitrary<Step> = fc.record({
  role: fc.constantFrom<Role>('customer', 'provider', 'ops', 'finance'),
  minutesLater: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 6_000 })),
  command: commands,
});

const steps: fc.Arbitrary<Step[]> = fc
  .tuple(fc.nat(straightOn.length), fc.array(anyStep, { maxLength: 30 }))
  .map(([begun, then]) => [...straightOn.slice(0, begun), ...then]);

type Tried = {
  assignment: AssignmentState;
  now: Temporal.Instant;
  step: Step;
  command: Command;
  disputedBy: readonly Role[];
  result: Decision | DomainError;
};

/** Gives the commands one after another, as the service does. */
function play(all: readonly Step[]): { tried: Tried[]; changes: AcceptedChange[]; last: AssignmentState } {
  let [assignment, now] = [fresh(), begin];
  const tried: Tried[] = [];
  const changes: AcceptedChange[] = [];
  for (const step of all) {
    now = now.add({ minutes: step.minutesLater });
    const command = step.command(now);
    const disputedBy = changes.flatMap(({ type, actor }) =>
      type === 'schedule.disputed' && actor.role !== 'system' ? [actor.role] : [],
    );
    const result = give(assignment, step.role, command, now, disputedBy);
    tried.push({ assignment, now, step, command, disputedBy, result });
    if (result instanceof DomainError) continue;
    changes.push(...result.changes);
    assignment = result.changes.at(-1)?.after ?? assignment;
  }
  return { tried, changes, last: assignment };
}

function give(
  assignment: AssignmentState,
  role: Role,
  command: Command,
  now: Temporal.Instant,
  disputedBy: readonly Role[] = [],
): Decision | DomainError {
  try {
    const acting = authorize(people[role], assignment, command.name, { now, proposerId: null });
    const newId = () => '01936f2a-7c10-7000-8000-00000000000c';
    return decide({ assignment, disputedBy, acting, now, newId, rules }, command);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

function decide(situation: AssignmentSituation, command: Command): Decision {
  switch (command.name) {
    case 'propose':
      return propose({ ...situation, nextProposalAt: null }, command.body);
    case 'confirm':
      return confirm(situation);
    case 'reject':
      return rejectScope(command.body, situation.acting) === 'window'
        ? rejectWindow({ ...situation, nextProposalAt: null }, command.body)
        : releaseProvider({ ...situation, nextProviderId }, command.body);
    case 'cancel':
      return cancel(situation, command.body);
    case 'complete':
      return complete(situation);
    case 'dispute':
      return dispute(situation, command.body);
  }
}

describe('any sequence of commands', () => {
  test('makes dense versions with one event each, valid by its contract', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { changes, last } = play(all);
        expect(changes.map(({ after }) => after.scheduleVersion)).toEqual(changes.map((_, index) => index + 1));
        expect(last.scheduleVersion).toBe(changes.length);
        for (const change of changes) {
          makeEvent({
            id: change.after.id,
            type: change.type,
            time: formatInstant(change.at),
            sequence: change.after.scheduleVersion,
            assignmentId: change.after.id,
            data: scheduleEventData(change, 'https://app.punctual.example'),
          });
        }
      }),
    );
  });

  test('follows legal transitions only', () => {
    const edges: Record<AssignmentStatus, readonly AssignmentStatus[]> = {
      UNSCHEDULED: ['PROPOSED', 'DECLINED', 'CANCELLED'],
      PROPOSED: ['PROPOSED', 'CONFIRMED', 'UNSCHEDULED', 'DECLINED', 'CANCELLED'],
      CONFIRMED: ['CONFIRMED', 'PROPOSED', 'UNSCHEDULED', 'COMPLETED', 'DECLINED', 'CANCELLED'],
      COMPLETED: ['COMPLETED'],
      DECLINED: [],
      CANCELLED: [],
    };
    fc.assert(
      fc.property(steps, (all) => {
        for (const { before, after } of play(all).changes)
          expect(edges[before?.status ?? 'UNSCHEDULED']).toContain(after.status);
      }),
    );
  });

  test('leaves a timeline that folds into the state', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { changes, last } = play(all);
        const folded: Record<string, unknown> = presentFields(fresh());
        for (const change of changes) {
          const { before, after } = changedFields(
            change.before && timelineFields(change.before),
            timelineFields(change.after),
          );
          expect(folded).toMatchObject(before);
          Object.assign(folded, after);
        }
        expect({ ...folded, updatedAt: formatInstant(last.updatedAt) }).toEqual(presentFields(last));
      }),
    );
  });

  test('is refused exactly as `actions` says, or for the contents of the body', () => {
    const ofWords = new Set([
      'reason-required',
      'window-in-past',
      'window-too-far',
      'window-too-short',
      'invalid-transition',
    ]);
    fc.assert(
      fc.property(steps, (all) => {
        for (const { assignment, now, step, command, disputedBy, result } of play(all).tried) {
          const offered = actions(assignment, people[step.role], now, { ...noSurroundings, disputedBy });
          const action = offered.find(({ name }) => name === command.name);
          const code = result instanceof DomainError ? result.code : undefined;
          if (!action?.allowed) expect(code).toBe(action?.because);
          else if (command.name === 'reject' || command.name === 'propose')
            expect(!code || ofWords.has(code)).toBe(true);
          else expect(code).toBeUndefined();
        }
      }),
    );
  });

  test('keeps a window with its status, and an expiry with a proposal', () => {
    fc.assert(
      fc.property(steps, (all) => {
        for (const { after } of play(all).changes) {
          expect(after.proposalExpiresAt !== null).toBe(after.status === 'PROPOSED');
          if (after.status === 'UNSCHEDULED' || after.status === 'DECLINED') expect(after.scheduledStart).toBeNull();
          if (after.status === 'CONFIRMED' || after.status === 'COMPLETED') expect(after.confirmedAt).not.toBeNull();
        }
      }),
    );
  });
});

describe('an expired proposal', () => {
  const proposed = () => play(straightOn.slice(0, 1)).last;
  const expiry = begin.add({ minutes: 60 });

  test('counts as expired from the moment of its expiry', () => {
    expect(statusAt(proposed(), expiry.subtract({ milliseconds: 1 }))).toBe('PROPOSED');
    expect(statusAt(proposed(), expiry)).toBe('UNSCHEDULED');
    expect(give(proposed(), 'provider', { name: 'confirm' }, expiry)).toMatchObject({ code: 'invalid-transition' });
    const reject = give(proposed(), 'provider', { name: 'reject', body: { reason: 'No', scope: 'window' } }, expiry);
    expect(reject).toMatchObject({ code: 'invalid-transition' });
  });

  test('is refused to its own side as expired, not as its own', () => {
    expect(give(proposed(), 'customer', { name: 'confirm' }, begin)).toMatchObject({ code: 'own-proposal' });
    expect(give(proposed(), 'customer', { name: 'confirm' }, expiry)).toMatchObject({ code: 'invalid-transition' });
  });

  test('is first expired by the system when the next command comes', () => {
    const result = give(proposed(), 'customer', { name: 'cancel', body: { reason: 'Enough' } }, expiry);
    if (result instanceof DomainError) throw result;
    expect(result.changes.map(({ type, actor }) => [type, actor.role])).toEqual([
      ['schedule.expired', 'system'],
      ['schedule.cancelled', 'customer'],
    ]);
  });
});

describe('a dispute', () => {
  const confirmed = play(straightOn.slice(0, 2)).last;
  const start = begin.add({ minutes: 60 });
  const disputed = (kind: DisputeKind, now: Temporal.Instant) =>
    give(confirmed, 'customer', { name: 'dispute', body: { kind, reason: 'Nobody came' } }, now);

  test('for a no-show waits for the start of the visit, others do not', () => {
    const early = start.subtract({ milliseconds: 1 });
    expect(disputed('NO_SHOW', early)).toMatchObject({ code: 'not-started' });
    expect(disputed('NO_SHOW', start)).not.toBeInstanceOf(DomainError);
    for (const kind of ['QUALITY', 'OTHER'] as const) expect(disputed(kind, early)).not.toBeInstanceOf(DomainError);
  });

  test('is offered before the start, since its kind is unknown', () => {
    const offered = actions(confirmed, people.customer, begin.add({ minutes: 2 }), noSurroundings);
    expect(offered.find(({ name }) => name === 'dispute')).toMatchObject({ allowed: true });
  });
});

describe('a confirmed visit that has started', () => {
  const confirmed = play(straightOn.slice(0, 2)).last;
  const start = begin.add({ minutes: 60 });
  const takingBack: Command[] = [
    { name: 'propose', body: window(60)(start) },
    { name: 'reject', body: {} },
    { name: 'reject', body: { scope: 'assignment' } },
    { name: 'reject', body: { counter: window(60)(start) } },
    { name: 'cancel', body: { reason: 'Enough' } },
  ];
  const actionOf = (of: AssignmentState, role: Role, name: string, now: Temporal.Instant) =>
    actions(of, people[role], now, noSurroundings).find((action) => action.name === name);

  test.each(takingBack)('cannot be taken back by the customer: $name', (command) => {
    const early = start.subtract({ milliseconds: 1 });
    expect(give(confirmed, 'customer', command, early)).not.toBeInstanceOf(DomainError);
    expect(actionOf(confirmed, 'customer', command.name, early)).toMatchObject({
      allowed: true,
      until: formatInstant(start),
    });
    expect(give(confirmed, 'customer', command, start)).toMatchObject({ code: 'visit-started' });
    expect(actionOf(confirmed, 'customer', command.name, start)).toMatchObject({
      allowed: false,
      because: 'visit-started',
    });
  });

  test('is completed, moved and released by its provider, and moved and cancelled by ops', () => {
    const allowed: [Role, Command][] = [
      ['provider', { name: 'complete' }],
      ['provider', { name: 'propose', body: window(60)(start) }],
      ['provider', { name: 'reject', body: { reason: 'Ill' } }],
      ['ops', { name: 'propose', body: window(60)(start) }],
      ['ops', { name: 'cancel', body: { reason: 'Enough' } }],
    ];
    for (const [role, command] of allowed) {
      expect(give(confirmed, role, command, start)).not.toBeInstanceOf(DomainError);
      const action = actionOf(confirmed, role, command.name, start);
      expect(action).toMatchObject({ allowed: true });
      expect(action?.until).toBeUndefined();
    }
  });

  test('can be taken back by the customer once its provider has proposed another window', () => {
    const proposed = give(confirmed, 'provider', { name: 'propose', body: window(60)(start) }, start) as Decision;
    const after = proposed.changes.at(-1)?.after as AssignmentState;
    for (const command of takingBack) expect(give(after, 'customer', command, start)).not.toBeInstanceOf(DomainError);
  });
});

describe('a second dispute', () => {
  const confirmed = play(straightOn.slice(0, 2)).last;
  const later = begin.add({ minutes: 5 });
  const command: Command = { name: 'dispute', body: { kind: 'OTHER', reason: 'It leaks' } };
  const sides: Role[] = ['customer', 'provider', 'ops'];

  test.each(sides)('is refused to the %s side and open to the others, and `disputedAt` stays', (first) => {
    const disputed = { ...confirmed, disputedAt: begin };
    for (const side of sides) {
      const result = give(disputed, side, command, later, [first]);
      if (side === first) expect(result).toMatchObject({ code: 'invalid-transition' });
      else
        expect((result as Decision).changes.map(({ type, after }) => [type, after.disputedAt])).toEqual([
          ['schedule.disputed', begin],
        ]);
    }
  });
});

describe('a reject', () => {
  const confirmed = play(straightOn.slice(0, 2)).last;

  test.each([
    ['provider', { reason: 'Ill' }, 'DECLINED'],
    ['provider', { reason: 'Ill', scope: 'window' }, 'UNSCHEDULED'],
    ['customer', {}, 'UNSCHEDULED'],
    ['customer', { scope: 'assignment' }, 'DECLINED'],
    ['provider', { reason: 'Ill', counter: window(700)(begin) }, 'PROPOSED'],
  ] as const)('by the %s with %o ends %s', (role, body, status) => {
    const result = give(confirmed, role, { name: 'reject', body }, begin.add({ minutes: 2 }));
    expect(result).not.toBeInstanceOf(DomainError);
    expect((result as Decision).changes.at(-1)?.after.status).toBe(status);
  });
});
