import { expect, test } from 'vitest';
import { FreeWindowsQuery, IdParams, ListAssignmentsQuery, ProposeQuery } from './parameters.ts';

test('an id is a UUID, in lower case from here on', () => {
  expect(IdParams.parse({ id: '01936F2A-7C10-7000-8000-000000000001' }).id).toBe(
    '01936f2a-7c10-7000-8000-000000000001',
  );
  for (const id of ['1', '', '01936f2a7c10700080000000000000001', '01936f2a-7c10-7000-8000-00000000000g']) {
    expect(IdParams.safeParse({ id }).success).toBe(false);
  }
});

test('limits have a default and are whole numbers within bounds', () => {
  expect(ListAssignmentsQuery.parse({})).toEqual({ limit: 20 });
  expect(ListAssignmentsQuery.parse({ limit: '100' }).limit).toBe(100);
  expect(FreeWindowsQuery.parse({}).minutes).toBe(60);
  for (const limit of ['0', '101', '-1', '1.5', '1e1', '0x10', '', ' 5', 'all', ['5'], '9'.repeat(400)]) {
    expect(ListAssignmentsQuery.safeParse({ limit }).success).toBe(false);
  }
});

test('what a query does not know is dropped', () => {
  expect(ListAssignmentsQuery.parse({ utm_source: 'mail', status: 'PROPOSED' })).toEqual({
    limit: 20,
    status: 'PROPOSED',
  });
  expect(ListAssignmentsQuery.safeParse({ status: 'LOST' }).success).toBe(false);
});

test('a dry run is said in so many words', () => {
  expect(ProposeQuery.parse({}).dryRun).toBe(false);
  expect(ProposeQuery.parse({ dryRun: 'false' }).dryRun).toBe(false);
  expect(ProposeQuery.parse({ dryRun: 'true' }).dryRun).toBe(true);
  for (const dryRun of ['', '1', 'yes', 'TRUE']) expect(ProposeQuery.safeParse({ dryRun }).success).toBe(false);
});
