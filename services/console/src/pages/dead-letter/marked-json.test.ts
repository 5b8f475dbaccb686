import { expect, test } from 'vitest';
import { markedJson } from './marked-json.ts';

test('marks the faulty field, names a missing one, and escapes what is in the event', () => {
  const json = { type: 'schedule.confirmed', data: { list: [1, { start: '<b>' }], empty: {} } };
  const faults = [
    { path: 'data.list[1].start', message: 'no time' },
    { path: 'data.price', message: 'required' },
  ];
  expect(String(markedJson(json, faults))).toBe(`{
  &quot;type&quot;: &quot;schedule.confirmed&quot;,
  &quot;data&quot;: {
    &quot;list&quot;: [
      1,
      {
        &quot;start&quot;: <mark>&quot;&lt;b&gt;&quot;</mark> <em class="bad">← no time</em>
      }
    ],
    &quot;empty&quot;: {}
    <mark>&quot;price&quot;: missing</mark> <em class="bad">← required</em>
  }
}`);
});
