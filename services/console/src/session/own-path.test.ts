import { expect, test } from 'vitest';
import { ownPath } from './own-path.ts';

const origin = 'https://console.example';

test.each([
  ['/approvals?status=PAID', '/approvals?status=PAID'],
  ['https://console.example/drift', '/drift'],
])('%s leads to a path of the console', (to, path) => {
  expect(ownPath(to, origin)).toBe(path);
});

test.each([
  'https://elsewhere.example/',
  '//elsewhere.example',
  '/\\elsewhere.example',
  'javascript:alert(1)',
  'https://',
  `/a?${'b'.repeat(2_000)}`,
])('%s leads to the start', (to) => {
  expect(new URL(ownPath(to, origin), origin).href).toBe(`${origin}/`);
});
