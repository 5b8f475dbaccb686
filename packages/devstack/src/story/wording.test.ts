import { payoutEvents, reminderEvents, scheduleEvents } from '@punctual/contracts';
import { expect, test } from 'vitest';
import { describeEvent, momentText, moneyText } from './wording.ts';

const told = { ...scheduleEvents, ...reminderEvents, ...payoutEvents };

test.each(Object.values(told).map(({ example }) => example))('$type is described in one line', (example) => {
  expect(describeEvent(example)).toMatch(/^\w[^\n{}[\]]*$/);
  expect(describeEvent(example)).not.toMatch(/undefined|null|NaN/);
});

test('an instant is shown in local time', () => {
  expect(momentText('2026-12-01T23:30:00.000Z', 'Europe/Berlin')).toBe('Wed 2 Dec 00:30');
  expect(describeEvent(scheduleEvents['schedule.proposed'].example)).toContain('Tue 1 Dec 10:00–');
});

test.each([
  [{ amountMinor: 8_050, currency: 'EUR' }, '80.50 EUR'],
  [{ amountMinor: 5, currency: 'EUR' }, '0.05 EUR'],
  [{ amountMinor: Number.MAX_SAFE_INTEGER, currency: 'EUR' }, '90071992547409.91 EUR'],
  [{ amountMinor: 500, currency: 'JPY' }, '500 JPY'],
  [{ amountMinor: 1_234, currency: 'KWD' }, '1.234 KWD'],
])('money is shown in its major unit: %o', (money, text) => {
  expect(moneyText(money)).toBe(text);
});
