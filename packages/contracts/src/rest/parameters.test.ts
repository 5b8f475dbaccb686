import { expect, test } from 'vitest';
import { FreeWindowsQuery, GetAssignmentQuery, IdParams, ListAssignmentsQuery, ProposeQuery } from './parameters.ts';

test('an id is a UUID and is lower-cased', () => {
  expect(IdParams.parse({ id: '01936F2A-7C10-7000-8000-000000000001' }).id).toBe(
    '01936f2a-7c10-7000-8000-000000000001',
  );
  for (const id of ['1', '', '01936f2a7c10700080000000000000001', '01936f2a-7c10-7000-8000-00000000000g']) {
    expect(IdParams.safeParse({ id }).success).toBe(false);
  }
});

test('limits have a default and are whole numbers within bounds', () => {
  expect(ListAssignmentsQuery.parse({})).toEqual({ limit: 20, sort: '-createdAt' });
  expect(ListAssignmentsQuery.parse({ limit: '100' }).limit).toBe(100);
  expect(FreeWindowsQuery.parse({}).minutes).toBe(60);
  for (const limit of ['0', '101', '-1', '1.5', '1e1', '0x10', '', ' 5', 'all', ['5'], '9'.repeat(400)]) {
    expect(ListAssignmentsQuery.safeParse({ limit }).success).toBe(false);
  }
});

test('unknown query parameters are refused', () => {
  expect(ListAssignmentsQuery.parse({ status: 'PROPOSED' }).status).toEqual(['PROPOSED']);
  expect(ListAssignmentsQuery.safeParse({ utm_source: 'mail', status: 'PROPOSED' }).success).toBe(false);
  expect(ProposeQuery.safeParse({ dryrun: 'true' }).success).toBe(false);
  expect(ListAssignmentsQuery.safeParse({ status: 'LOST' }).success).toBe(false);
});

test('several values are separated by commas', () => {
  const id = '01936F2A-7C10-7000-8000-000000000001';
  expect(ListAssignmentsQuery.parse({ status: 'PROPOSED,CONFIRMED', ids: `${id},${id}` })).toMatchObject({
    status: ['PROPOSED', 'CONFIRMED'],
    ids: [id.toLowerCase(), id.toLowerCase()],
  });
  for (const status of ['', ',', 'PROPOSED,', 'PROPOSED, CONFIRMED', 'proposed', ['PROPOSED']]) {
    expect(ListAssignmentsQuery.safeParse({ status }).success).toBe(false);
  }
  const faults = ListAssignmentsQuery.safeParse({ status: 'PROPOSED,confirmed,lost' }).error?.issues;
  expect(faults?.map(({ path }) => path)).toEqual([['status']]);
  const ids = (count: number) => ({ ids: Array(count).fill(id).join(',') });
  expect(ListAssignmentsQuery.safeParse(ids(100)).success).toBe(true);
  expect(ListAssignmentsQuery.safeParse(ids(101)).success).toBe(false);
  expect(ListAssignmentsQuery.safeParse({ sort: 'price' }).success).toBe(false);
});

test('a read may ask for versions that fit an integer of 32 bits', () => {
  expect(GetAssignmentQuery.parse({})).toEqual({});
  expect(GetAssignmentQuery.parse({ minPayoutVersion: '0', minReminderSequence: '2147483647' })).toEqual({
    minPayoutVersion: 0,
    minReminderSequence: 2_147_483_647,
  });
  for (const version of ['2147483648', '-1', '1.5', '', 'x']) {
    expect(GetAssignmentQuery.safeParse({ minPayoutVersion: version }).success).toBe(false);
  }
});

test('a dry run must be spelled out', () => {
  expect(ProposeQuery.parse({}).dryRun).toBe(false);
  expect(ProposeQuery.parse({ dryRun: 'false' }).dryRun).toBe(false);
  expect(ProposeQuery.parse({ dryRun: 'true' }).dryRun).toBe(true);
  for (const dryRun of ['', '1', 'yes', 'TRUE']) expect(ProposeQuery.safeParse({ dryRun }).success).toBe(false);
});
