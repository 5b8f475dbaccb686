import { expect, test } from 'vitest';
import { createDurable } from './durable.ts';

function memory(content = new Map<string, string>()) {
  return {
    content,
    getItem: (key: string) => content.get(key) ?? null,
    setItem: (key: string, value: string) => void content.set(key, value),
  };
}

test('load returns what was saved last, also to another process', async () => {
  const storage = memory();
  const durable = createDurable<string[]>(storage, 'k');
  expect(await durable.load()).toBeUndefined();
  for (const value of ['a', 'b', 'é\u2028', 'd']) {
    await durable.save([value]);
    expect(await createDurable(storage, 'k').load()).toEqual([value]);
  }
});

test('a write that breaks off anywhere leaves the previous value', async () => {
  const before = memory();
  const first = createDurable<string>(before, 'k');
  await first.save('old');
  await first.save('previous');
  const after = memory(new Map(before.content));
  await createDurable<string>(after, 'k').save('new');
  const [slot, whole] = [...after.content].find(([key, value]) => value !== before.content.get(key)) as [
    string,
    string,
  ];
  for (let length = 0; length < whole.length; length += 1) {
    const torn = memory(new Map(before.content).set(slot, whole.slice(0, length)));
    const durable = createDurable<string>(torn, 'k');
    expect(await durable.load()).toBe('previous');
    await durable.save('next');
    expect(await durable.load()).toBe('next');
  }
});
