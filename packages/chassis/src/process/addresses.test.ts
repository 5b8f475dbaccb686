import { configErrorOf } from '@punctual/testkit';
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  hostName,
  httpOrigin,
  httpOrigins,
  httpUrl,
  linkBase,
  natsServers,
  secretKey,
  serviceOrigins,
} from './addresses.ts';
import { readConfig } from './config.ts';

const schema = z
  .object({
    NATS: natsServers(),
    KEYS: httpUrl(),
    SERVICE: httpOrigin(),
    INSTANCES: serviceOrigins(),
    PAGES: httpOrigins(),
    LINK: linkBase(),
    LISTEN: hostName(),
    KEY: secretKey(),
  })
  .partial();
type Name = keyof z.infer<typeof schema>;

test.each<[Name, string, unknown]>([
  ['NATS', 'nats://127.0.0.1:4222', ['nats://127.0.0.1:4222']],
  [
    'NATS',
    'nats-0.nats:4222, tls://[::1]:4222/,localhost',
    ['nats://nats-0.nats:4222', 'tls://[::1]:4222', 'nats://localhost'],
  ],
  ['KEYS', 'https://issuer.example/keys?v=1', 'https://issuer.example/keys?v=1'],
  ['SERVICE', 'http://scheduling_1:8080/', 'http://scheduling_1:8080'],
  ['SERVICE', 'http://[::1]:8080', 'http://[::1]:8080'],
  ['INSTANCES', 'http://scheduling:8080', ['http://scheduling:8080']],
  ['INSTANCES', 'http://a:8080, https://[::1],http://a:8080/', ['http://a:8080', 'https://[::1]']],
  ['PAGES', 'https://app.example/, http://localhost:3000', ['https://app.example', 'http://localhost:3000']],
  ['LINK', 'https://app.example/open/', 'https://app.example/open'],
  ['LINK', 'punctual://open', 'punctual://open'],
  ['LISTEN', '::', '::'],
  ['LISTEN', 'localhost', 'localhost'],
  ['KEY', 'sk_test_123', 'sk_test_123'],
])('%s=%s is accepted', (name, value, expected) => {
  expect(readConfig(schema, { [name]: value })[name]).toEqual(expected);
});

test.each<[Name, string]>([
  ...[
    'nats://gateway:S3cr3t@127.0.0.1:4222:1',
    'nats://gateway:S3cr3t@127.0.0.1:4222',
    'S3cr3t@127.0.0.1:4222',
    'nats://gateway:S3#cr3t@127.0.0.1',
    'nats://gateway:S3%zzcr3t@127.0.0.1',
    '127.0.0.1;4222',
    'nats://a nats://b',
    'nats://a,,nats://b',
    'nats://a,',
    ',',
    'nats://',
    'nats:a',
    'nats:///a',
    'nats://a:0',
    'nats://a:99999',
    'nats://a:4222:4222',
    'nats://::1:4222',
    'nats://256.1.1.1',
    'nats://a/b',
    'nats://a?tls=true',
    'ws://a',
    'wss://a:443',
    'http://a',
    'nats://-a',
    'nats://a\nb',
  ].map((value): [Name, string] => ['NATS', value]),
  ...[
    'issuer.example/keys',
    'ftp://issuer.example',
    'https:///keys',
    'https:issuer',
    'https://u:S3cr3t@issuer',
    'https://h/#k',
    'https://h/a b',
  ].map((value): [Name, string] => ['KEYS', value]),
  ...[
    'http://a,',
    ',',
    'http://a,,http://b',
    'http://a,b',
    'http://a http://b',
    'http://a,http://u:S3cr3t@b',
    'nats://a',
  ].map((value): [Name, string] => ['INSTANCES', value]),
  ...[
    'http://h/path',
    'http://h?x',
    'http://h:0',
    'http://h:99999',
    'http://h;1',
    'http://S3cr3t@h',
    'h:80',
    'http://h,http://i',
  ].map((value): [Name, string] => ['SERVICE', value]),
  ...['*', 'null', 'https://app.example/app', 'app.example', 'capacitor://localhost', 'https://a.example,b'].map(
    (value): [Name, string] => ['PAGES', value],
  ),
  ...['app.example', 'https://', 'https://a?x', 'https://a#/', 'https://u:S3cr3t@a', 'javascript:alert(1)'].map(
    (value): [Name, string] => ['LINK', value],
  ),
  ...['127.0.0.1:80', '[::1]', 'http://h', 'a b', '-'].map((value): [Name, string] => ['LISTEN', value]),
  ...['S3cr3t key', 'S3cr3t\nkey', 'S3cr3té'].map((value): [Name, string] => ['KEY', value]),
])('%s=%s is refused by name without its value', (name, value) => {
  const problem = configErrorOf(() => readConfig(schema, { [name]: value }));
  expect(problem).toMatch(new RegExp(`^${name}: (must|is) `));
  expect(problem).not.toContain('S3cr3t');
});
