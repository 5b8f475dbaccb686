import type { Role } from '@punctual/contracts';
import { describe, expect, test } from 'vitest';
import { assertMaySetAccount, assertOverseer, assertVisible, authorize } from './access.ts';
import type { CommandName } from './transitions.ts';

const payout = { providerId: 'provider', customerId: 'customer' };
const person = (id: string, ...roles: Role[]) => ({ id, roles });
const refusal = (code: string) => expect.objectContaining({ code });

describe('visibility', () => {
  test.each([person('provider', 'provider'), person('f', 'finance'), person('o', 'ops')])(
    '$id sees a payout',
    (who) => {
      expect(() => assertVisible(who, payout)).not.toThrow();
      expect(() => assertVisible(who, undefined)).toThrow(refusal('not-found'));
    },
  );

  test.each([person('customer', 'customer'), person('other', 'provider'), person('provider'), person('x', 'customer')])(
    '$id with $roles gets not-found',
    (who) => {
      expect(() => assertVisible(who, payout)).toThrow(refusal('not-found'));
    },
  );

  test('only finance and ops may list payouts', () => {
    expect(() => assertOverseer(person('f', 'finance'))).not.toThrow();
    expect(() => assertOverseer(person('o', 'ops'))).not.toThrow();
    expect(() => assertOverseer(person('provider', 'provider', 'customer'))).toThrow(refusal('forbidden'));
  });
});

describe('commands', () => {
  test.each<[CommandName, Role, boolean]>([
    ['approve', 'finance', true],
    ['approve', 'ops', false],
    ['block', 'finance', true],
    ['block', 'ops', true],
    ['block', 'provider', false],
    ['unblock', 'finance', true],
    ['unblock', 'ops', false],
    ['mark-paid', 'finance', true],
    ['mark-paid', 'ops', false],
  ])('%s as %s is allowed: %s', (command, role, may) => {
    const asked = () => authorize(person('someone', role), command, payout);
    if (may) expect(asked()).toEqual({ id: 'someone', role });
    else expect(asked).toThrow(refusal('forbidden'));
  });

  const commands: CommandName[] = ['approve', 'block', 'unblock', 'mark-paid'];
  const own = ['provider', 'customer'].flatMap((id) => commands.map((command) => [command, id] as const));
  test.each(own)('%s is refused to its own %s', (command, id) => {
    expect(() => authorize(person(id, 'finance', 'ops'), command, payout)).toThrow(refusal('own-payout'));
    expect(() => authorize(person(id, 'provider', 'customer'), command, payout)).toThrow(refusal('forbidden'));
  });

  test('finance sets any account but their own', () => {
    expect(() => assertMaySetAccount(person('f', 'finance'), 'provider')).not.toThrow();
    expect(() => assertMaySetAccount(person('o', 'ops'), 'provider')).toThrow(refusal('forbidden'));
    expect(() => assertMaySetAccount(person('provider', 'provider'), 'provider')).toThrow(refusal('forbidden'));
    expect(() => assertMaySetAccount(person('provider', 'finance'), 'provider')).toThrow(refusal('own-payout'));
  });
});
