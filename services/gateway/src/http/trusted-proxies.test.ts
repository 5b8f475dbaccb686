import express from 'express';
import { expect, test } from 'vitest';
import { readTrustedProxies } from './trusted-proxies.ts';

test.each([
  [[], false],
  [['0'], 0],
  [['2'], 2],
  [
    ['loopback', '10.9.0.0/16'],
    ['loopback', '10.9.0.0/16'],
  ],
  [
    ['fd00::/8', '::1', '192.0.2.7', '10.0.0.0/255.0.0.0'],
    ['fd00::/8', '::1', '192.0.2.7', '10.0.0.0/255.0.0.0'],
  ],
])('%j is valid, and Express accepts it', (items, trusted) => {
  expect(readTrustedProxies(items)).toEqual(trusted);
  expect(() => express().set('trust proxy', trusted)).not.toThrow();
});

test.each([
  '33',
  '-1',
  '1e3',
  '0x1',
  '1.5',
  'true',
  'all',
  '*',
  'proxy.example',
  '10.0.0.0/33',
  '10.0.0.0/',
  '10.0.0.0/x',
  '10.0.0/8',
  '::1/129',
  '::1/255.0.0.0',
  '10.0.0.0/255.0.255.0',
  '10.0.0.0/0.0.0.0',
  'fe80::1%eth0',
  '10.0.0.1:80',
  '[::1]',
])('%s is invalid', (item) => {
  expect(readTrustedProxies([item])).toBeUndefined();
  expect(readTrustedProxies(['loopback', item])).toBeUndefined();
});

test('a number beside addresses is invalid', () => {
  expect(readTrustedProxies(['1', 'loopback'])).toBeUndefined();
  expect(readTrustedProxies(['loopback', '1'])).toBeUndefined();
});
