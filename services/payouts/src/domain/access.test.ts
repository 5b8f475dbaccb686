import type { Role } from '@punctual/contracts';
import { describe, expect, it } from 'vitest';
import { requireMay, requireOverseer, requireSight } from './access.ts';
import type { CommandName } from './edges.ts';

const payout = { providerId: 'provider', customerId: 'customer' };
const person = (id: string, ...roles: Role[]) => ({ id, roles });
const refusal = (code: string) => expect.objectContaining({ code });

describe('who sees a payout', () => {
  it.each([person('provider', 'provider'), person('f', 'finance'), person('o', 'ops')])('$id does', (who) => {
    expect(() => requireSight(who, payout)).not.toThrow();
    expect(() => requireSight(who, null)).toThrow(refusal('not-found'));
  });

  it.each([person('customer', 'customer'), person('other', 'provider'), person('provider'), person('x', 'customer')])(
    '$id with $roles does not',
    (who) => {
      expect(() => requireSight(who, payout)).toThrow(refusal('not-found'));
    },
  );

  it('is only finance and ops for the list', () => {
    expect(() => requireOverseer(person('f', 'finance'))).not.toThrow();
    expect(() => requireOverseer(person('o', 'ops'))).not.toThrow();
    expect(() => requireOverseer(person('provider', 'provider', 'customer'))).toThrow(refusal('forbidden'));
  });
});

describe('who may', () => {
  it.each<[CommandName, Role, boolean]>([
    ['approve', 'finance', true],
    ['approve', 'ops', false],
    ['block', 'finance', true],
    ['block', 'ops', true],
    ['block', 'provider', false],
    ['unblock', 'finance', true],
    ['unblock', 'ops', false],
    ['mark-paid', 'finance', true],
    ['mark-paid', 'ops', false],
  ])('%s as %s: %s', (command, role, may) => {
    const asked = () => requireMay(person('someone', role), command, payout);
    if (may) expect(asked()).toEqual({ id: 'someone', role });
    else expect(asked).toThrow(refusal('forbidden'));
  });

  it.each(['provider', 'customer'])('nobody approves as its own %s', (id) => {
    expect(() => requireMay(person(id, 'finance'), 'approve', payout)).toThrow(refusal('own-payout'));
    expect(requireMay(person(id, 'finance'), 'block', payout)).toEqual({ id, role: 'finance' });
  });
});
