import { expect, test } from 'vitest';
import { concernsPerson, erasedText, eraseTexts } from './erase-texts.ts';
import { allEvents } from './events/catalog.ts';
import { sample } from './samples.ts';

test.each(Object.values(allEvents))('$type without its texts still matches its schema', ({ strict, example }) => {
  expect(strict.parse(eraseTexts(example))).toEqual(eraseTexts(example));
});

test('texts and coordinates are erased at every depth; ids, times, money and absent texts stay', () => {
  const { data, ...envelope } = allEvents['payout.blocked'].example;
  const [hold] = data.holds ?? [];
  expect(eraseTexts({ data, ...envelope })).toEqual({
    ...envelope,
    data: {
      ...data,
      jobTitle: erasedText,
      holds: [{ ...hold, reason: erasedText }],
      blockedBecause: erasedText,
    },
  });
  expect(eraseTexts([{ metadata: { door: '4711' }, location: { label: 'Hof', latitude: 52.5 }, notes: null }])).toEqual(
    [{ metadata: {}, location: { label: erasedText, latitude: null }, notes: null }],
  );
});

test('an event concerns only its customer, provider, actor and hold creators', () => {
  const { example } = allEvents['payout.blocked'];
  const by = '01936f2a-7c10-7000-8000-00000000f00d';
  const [hold] = example.data.holds ?? [];
  const event = { ...example, data: { ...example.data, holds: [{ ...hold, by }] } };
  for (const id of [sample.customerId, sample.providerId, by]) expect(concernsPerson(event, id)).toBe(true);
  const { actor } = allEvents['schedule.proposed'].example.data;
  expect(concernsPerson({ data: { actor } }, actor.id ?? '')).toBe(true);
  for (const id of [sample.jobId, sample.financeId]) expect(concernsPerson(event, id)).toBe(false);
});
