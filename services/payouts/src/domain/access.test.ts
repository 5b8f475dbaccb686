import type { Role } from '@punctual/contracts';
import { describe, expect, it } from 'vitest';
import { requireFinanceFor, requireMay, requireOverseer, requireSight } from './access.ts';
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

  const commands: CommandName[] = ['approve', 'block', 'unblock', 'mark-paid'];
  const own = ['provider', 'customer'].flatMap((id) => commands.map((command) => [command, id] as const));
  it.each(own)('%s is refused to its own %s', (command, id) => {
    expect(() => requireMay(person(id, 'finance', 'ops'), command, payout)).toThrow(refusal('own-payout'));
    expect(() => requireMay(person(id, 'provider', 'customer'), command, payout)).toThrow(refusal('forbidden'));
  });

  it('finance sets accounts, never their own', () => {
    expect(() => requireFinanceFor(person('f', 'finance'), 'provider')).not.toThrow();
    expect(() => requireFinanceFor(person('o', 'ops'), 'provider')).toThrow(refusal('forbidden'));
    expect(() => requireFinanceFor(person('provider', 'provider'), 'provider')).toThrow(refusal('forbidden'));
    expect(() => requireFinanceFor(person('provider', 'finance'), 'provider')).toThrow(refusal('own-payout'));
  });
});
