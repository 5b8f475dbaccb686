import { expect, test } from 'vitest';
import { sample } from '../samples.ts';
import { CreateJobBody } from './job.ts';

const body = { title: 'The kitchen tap leaks', timezone: 'Europe/Berlin', price: sample.price };
const wrongPath = (value: object) => CreateJobBody.safeParse({ ...body, ...value }).error?.issues[0]?.path;

test('omitted fields get their defaults', () => {
  expect(CreateJobBody.parse(body)).toEqual({
    ...body,
    rejectionPolicy: 'REOPEN_QUOTES',
    providerQueue: [],
    metadata: {},
  });
});

test('an unknown zone is left to the service to check', () => {
  expect(wrongPath({ timezone: 'Mars/Olympus_Mons' })).toBeUndefined();
});

test.each([0, -1, 1.5, 2 ** 53, Number.NaN, '100', null])('%j is refused as an amount', (amountMinor) => {
  expect(wrongPath({ price: { amountMinor, currency: 'EUR' } })).toEqual(['price', 'amountMinor']);
});

test.each(['eur', 'XXQ', 'EURO', '', 978])('%j is refused as a currency', (currency) => {
  expect(wrongPath({ price: { amountMinor: 1, currency } })).toEqual(['price', 'currency']);
});

test.each(['XXX', 'XTS', 'XAU', 'XDR', 'XSU', 'CLF', 'USN', 'DEM', 'HRK', 'BGN', 'ANG', 'CUC', 'SLL', 'ZWL'])(
  'a price in %s is refused',
  (currency) => {
    expect(wrongPath({ price: { amountMinor: 1, currency } })).toEqual(['price', 'currency']);
  },
);

test.each(['EUR', 'JPY', 'KWD', 'HUF', 'XAF', 'XCD', 'XCG', 'XOF', 'XPF', 'SLE', 'ZWG', 'VES', 'MGA'])(
  'a price in %s is accepted',
  (currency) => {
    expect(wrongPath({ price: { amountMinor: 1, currency } })).toBeUndefined();
  },
);

test.each(['', ' ', 'a'.repeat(201), 'a\u0000', 7])('%j is refused as a title', (title) => {
  expect(wrongPath({ title })).toEqual(['title']);
});

test('a provider is in the queue once, whatever the case of the id', () => {
  const id = sample.nextProviderId;
  expect(wrongPath({ providerQueue: [id, id.toUpperCase()] })).toEqual(['providerQueue']);
  expect(wrongPath({ providerQueue: [id, 'no-uuid'] })).toEqual(['providerQueue', 1]);
});

test('the queue holds a hundred providers', () => {
  const ids = Array.from({ length: 101 }, (_, index) => sample.jobId.slice(0, -3) + String(index).padStart(3, '0'));
  expect(wrongPath({ providerQueue: ids.slice(1) })).toBeUndefined();
  expect(wrongPath({ providerQueue: ids })).toEqual(['providerQueue']);
});

test.each([{ customerId: sample.customerId }, { status: 'OPEN' }, JSON.parse('{"__proto__": {"title": "x"}}')])(
  'an unknown field is refused: %j',
  (more) => {
    expect(
      CreateJobBody.safeParse(Object.defineProperties({ ...body }, Object.getOwnPropertyDescriptors(more))),
    ).toHaveProperty('success', false);
  },
);
