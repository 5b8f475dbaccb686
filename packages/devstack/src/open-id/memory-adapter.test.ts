import { expect, test } from 'vitest';
import { createMemoryAdapter } from './memory-adapter.ts';

test('forgets the entries used longest ago beyond ten thousand', async () => {
  const tokens = createMemoryAdapter()('RefreshToken');
  for (let id = 0; id < 10_001; id += 1) {
    await tokens.upsert(String(id), { grantId: 'some' }, 60);
    await tokens.find('0');
  }
  expect(await Promise.all(['0', '1', '2'].map(tokens.find))).toEqual([
    { grantId: 'some' },
    undefined,
    { grantId: 'some' },
  ]);
});

test('keeps kinds apart', async () => {
  const adapter = createMemoryAdapter();
  const [sessions, codes, tokens] = [adapter('Session'), adapter('AuthorizationCode'), adapter('RefreshToken')];
  await sessions.upsert('a', { uid: 'u' }, 60);
  await codes.upsert('a', { grantId: 'g', uid: 'u' }, 60);
  await tokens.upsert('a', { grantId: 'g' }, 60);
  await tokens.upsert('b', { grantId: 'h' }, 60);

  expect(await sessions.findByUid('u')).toEqual({ uid: 'u' });
  expect(await tokens.findByUid('u')).toBe(undefined);
  await tokens.revokeByGrantId('g');
  expect([await codes.find('a'), await tokens.find('a'), await tokens.find('b')]).toEqual([
    { grantId: 'g', uid: 'u' },
    undefined,
    { grantId: 'h' },
  ]);
});
