import { beforeAll, describe, expect, test } from 'vitest';
import {
  digestOf,
  frozenDigests,
  type MigrationSql,
  newMigrations,
  releasedMigrations,
  sqlOf,
  sqlServices,
} from './migrations.ts';
import { violations } from './rules.ts';
import { installSquawk, type Squawk } from './squawk.ts';

let squawk: Squawk | undefined;

beforeAll(async () => {
  squawk = await installSquawk(console.log).catch((error: Error) => {
    console.log(`Skipping squawk: ${error.message}`);
    return undefined;
  });
});

describe.each(sqlServices)('the migrations of %s', (service) => {
  test('of 1.0.0 stay as they were released', () => {
    const digests = Object.fromEntries(
      releasedMigrations(service).map((each) => [sqlOf(each).name, digestOf(sqlOf(each))]),
    );
    expect(digests).toEqual(frozenDigests(service));
  });

  test.each(newMigrations(service).map((each) => [sqlOf(each).name, sqlOf(each)] as const))(
    '%s expands, and locks nobody out for long',
    async (_name, migration) => {
      expect(violations(migration)).toEqual([]);
      expect((await squawk?.(migration)) ?? []).toEqual([]);
    },
  );

  test('give a reason for every exception', () => {
    for (const statement of newMigrations(service).flatMap((each) => sqlOf(each).statements)) {
      if (statement.includes('squawk-ignore')) expect(statement).toMatch(/-- allow \w+: .{20,}\n\s*-- squawk-ignore /);
    }
  });
});

const before = 'The migration is transactional';
const after = 'The migration runs in the background';

test.each([
  [before, 'drop', 'drop index job_open'],
  [before, 'drop', 'alter table job add column x int, drop column title'],
  [before, 'rename', 'alter table job rename column title to name'],
  [before, 'type', 'alter table job alter column price_amount_minor type numeric'],
  [before, 'rows', 'update job set x = 1'],
  [before, 'rows', 'insert into other select id from job'],
  [before, 'index', 'create index job_title on job (title)'],
  [before, 'lock', 'lock table job in share mode'],
  [before, 'check', 'alter table job add check (x > 0)'],
  [before, 'check', 'alter table job add constraint a check (x > 0) not valid, add constraint b check (y > 0)'],
  [before, 'check', 'alter table job add foreign key (x) references other'],
  [before, 'column', 'alter table job add column x int check (x > 0)'],
  [before, 'column', "alter table job add column x text generated always as (title || '') stored"],
  [before, 'required', 'alter table job add column x int not null'],
  [before, 'required', 'alter table job add column x int not null, add column y int default 1'],
  [before, 'required', 'alter table job alter column x set not null'],
  [before, 'disable', 'alter table job disable trigger version'],
  [after, 'drop', 'drop index concurrently if exists job_open'],
  [after, 'again', 'create index concurrently job_title on job (title)'],
  [after, 'again', 'create index job_title on job (title)'],
  [after, 'again', 'create trigger t before update on job for each row execute function f()'],
  [after, 'again', 'alter table job add column x int'],
])('%s, and rule %s refuses: %s', (kind, rule, sql) => {
  const migration = { name: 'bad', isBackground: kind === after, statements: [sql] };
  expect(violations(migration).map((line) => line.split(': ')[1])).toContain(rule);
});

test.each([
  'alter table job add column x int, add column y int not null default 0',
  'alter table job add constraint a check (x > 0) not valid',
  'create or replace trigger t before update on job for each row execute function f()',
  '-- allow drop: nothing has used it since release 1.2.0\ndrop index job_open',
])('%s is allowed', (sql) => {
  expect(violations({ name: 'good', isBackground: false, statements: [sql] })).toEqual([]);
});

test('an exception without a reason excepts nothing', () => {
  const migration = { name: 'bad', isBackground: false, statements: ['-- allow drop: because\ndrop index job_open'] };
  expect(violations(migration)).toHaveLength(1);
});

test('a new table may be filled and indexed in its own migration', () => {
  const statements = [
    'create table part (id int)',
    'create index part_id on part (id)',
    'alter table part add check (id > 0)',
  ];
  expect(violations({ name: 'good', isBackground: false, statements })).toEqual([]);
});

test('squawk refuses what it should', async ({ skip }) => {
  if (!squawk) return skip('squawk cannot be installed');
  const bad: MigrationSql = { name: 'bad', isBackground: false, statements: ['alter table job drop column title'] };
  expect((await squawk(bad)).join()).toContain('ban-drop-column');
});
