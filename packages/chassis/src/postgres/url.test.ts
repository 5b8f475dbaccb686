import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readConfig } from '../process/config.ts';
import { parsePostgresUrl, postgresUrl } from './url.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'postgres-url-'));
  writeFileSync(join(folder, 'no-certificate'), 'nothing');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a URL sets', () => {
  test('user, password, host, port and database, percent-decoded', () => {
    const url = parsePostgresUrl('postgresql://sch%40d:p%3A%2Fss@db.example:6432/my%20db');
    expect(url).toMatchObject({ user: 'sch@d', database: 'my db', hosts: [{ host: 'db.example', port: 6432 }] });
    expect(url.password()).toBe('p:/ss');
  });

  test('defaults', () => {
    expect(parsePostgresUrl('postgres://me@/')).toMatchObject({
      hosts: [{ host: 'localhost', port: 5432 }],
      database: undefined,
      tls: { mode: 'prefer', direct: false },
      connectTimeoutMs: 5_000,
      targetSessionAttrs: 'any',
    });
  });

  test.each<[string, { host: string; port: number }[]]>([
    ['postgres://a:1,b,c:3/d', [at('a', 1), at('b', 5432), at('c', 3)]],
    ['postgres://[::1]:6000,[fe80::1]/d', [at('::1', 6000), at('fe80::1', 5432)]],
    ['postgres:///d?host=a,b&port=6000', [at('a', 6000), at('b', 6000)]],
    ['postgres://ignored:1/d?host=a,b&port=1,2', [at('a', 1), at('b', 2)]],
    ['postgres://%2Fvar%2Frun%2Fpostgresql/d', [at('/var/run/postgresql', 5432)]],
    ['postgres:///d?host=/tmp&port=6000', [at('/tmp', 6000)]],
  ])('the hosts of %s', (text, hosts) => {
    expect(parsePostgresUrl(text).hosts).toEqual(hosts);
  });

  test('parameters, and keeps a plus sign literal', () => {
    const query = 'application_name=a+b&options=-c%20search_path%3Dx&connect_timeout=7&target_session_attrs=read-write';
    expect(parsePostgresUrl(`postgres://h/d?${query}&user=u&dbname=e`)).toMatchObject({
      applicationName: 'a+b',
      options: '-c search_path=x',
      connectTimeoutMs: 7_000,
      targetSessionAttrs: 'read-write',
      user: 'u',
      database: 'e',
    });
  });

  test.each([
    ['sslmode=verify-full', 'verify-full'],
    ['sslrootcert=system', 'verify-full'],
    ['ssl=true', 'require'],
  ])('%s means sslmode %s', (query, mode) => {
    expect(parsePostgresUrl(`postgres://h/d?${query}`).tls.mode).toBe(mode);
  });
});

describe('a malformed URL is refused by variable name without its password', () => {
  const Config = z.object({ DATABASE_URL: postgresUrl() });
  const refusal = (url: string) => {
    try {
      readConfig(Config, { DATABASE_URL: url });
    } catch (error) {
      return String(error);
    }
    return undefined;
  };

  test.each([
    ['postgres://u:hunter2@h/d?sslmod=require', 'has the parameter "sslmod", which is not supported'],
    ['postgres://u:hunter2@h/d?sslmode=no-verify', 'sslmode must be disable, allow, prefer, require'],
    ['postgres://u:hunter2@h/d?target_session_attrs=standby', 'target_session_attrs must be any, read-write, primary'],
    ['postgres://u:hunter2@h/d?connect_timeout=0', 'connect_timeout must be whole seconds, from 1 to 600'],
    ['postgres://u:hunter2@h/d?connect_timeout=soon', 'connect_timeout must be whole seconds, from 1 to 600'],
    ['postgres://u:hunter2@h:99999/d', 'a port must be a number from 1 to 65535'],
    ['postgres://u:hunter2@h,i/d?port=1,2,3', 'has 3 ports for 2 hosts'],
    ['postgres://u:hunter2@h/d?sslrootcert=/does/not/exist', 'sslrootcert: /does/not/exist cannot be read (ENOENT)'],
    ['postgres://u:hunter2@h/d?sslcert=/a', 'sslcert and sslkey need each other'],
    ['postgres://u:hunter2@h/d?sslrootcert=system&sslmode=require', 'sslrootcert=system needs sslmode=verify-full'],
    ['postgres://u:hunter2@h/d?channel_binding=require', 'channel_binding=require needs sslmode=require'],
    ['postgres://u:hunter2@h/d?client_encoding=latin1', 'client_encoding must be UTF8'],
    ['postgres://u:hunter2@h/d?options=%zz', 'options has a % that begins no percent-encoding'],
    ['postgres://u:hunter2%@h/d', 'the password has a % that begins no percent-encoding'],
    ['postgres://u:hunter2/@h/d', 'must be postgres://user:password@host:port/database'],
    ['postgres://u:hunter2@h;5432/d', 'has a host that is no name and no IP address'],
    ['postgres://u:hunter2@h i/d', 'must be postgres://user:password@host:port/database'],
    ['postgres://u:hunter2\n@h/d', 'must be postgres://user:password@host:port/database'],
    ['postgres://u:hunter2@h/d ', 'must be postgres://user:password@host:port/database'],
    ['postgres://u:12/hunter2:x@h/d', 'must be postgres://user:password@host:port/database'],
    ['postgres://u:hunter2?x@h/d', 'has a parameter without a value'],
    ['postgres://u:12?hunter2=x@h/d', 'has a parameter, which is not supported'],
    ['postgres://u:hunter2#x@h/d', 'must be postgres://user:password@host:port/database'],
    ['mysql://u:hunter2@h/d', 'must be postgres://user:password@host:port/database'],
    ['host=h password=hunter2', 'must be postgres://user:password@host:port/database'],
  ])('%s', (url, reason) => {
    expect(refusal(url)).toContain(`DATABASE_URL: ${reason}`);
    expect(refusal(url)).not.toContain('hunter2');
  });

  test('a malformed root certificate', () => {
    const url = `postgres://h/d?sslrootcert=${encodeURIComponent(join(folder, 'no-certificate'))}`;
    expect(refusal(url)).toContain('DATABASE_URL: sslrootcert holds no certificate in PEM');
  });
});

test('dumping a parsed URL shows no password', () => {
  const url = parsePostgresUrl('postgres://u:hunter2@h/d');
  expect(JSON.stringify(url)).not.toContain('hunter2');
});

function at(host: string, port: number) {
  return { host, port };
}
