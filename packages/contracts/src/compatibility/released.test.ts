import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { declaredUses } from '../build/consumes.ts';
import { releasedShapes, releasedVersions } from '../build/released.ts';
import { consumers } from '../events/consumers.ts';
import { breakingChanges } from './breaking-changes.ts';
import { describeChange, isConsumed } from './declared-use.ts';
import { fieldsOf, presentShapes } from './event-shape.ts';

const present = presentShapes();
const versions = releasedVersions();
const uses = declaredUses();

test('a release exists to compare with', () => {
  expect(versions).not.toEqual([]);
});

test.each(versions)('no change breaks consumers of release %s', (version) => {
  const changes = Object.values(releasedShapes(version)).flatMap((released) =>
    breakingChanges(released, present[released.type]),
  );
  expect(changes.map((change) => describeChange(uses, change))).toEqual([]);
});

test.each(uses)('every field that $consumer declares exists', ({ consumer, events, fields }) => {
  const consumed = Object.keys(present).filter((type) => isConsumed({ consumer, events, fields }, type));
  for (const event of events) {
    expect(
      consumed.some((type) => isConsumed({ consumer, events: [event], fields }, type)),
      event,
    ).toBe(true);
  }
  const paths = new Set(consumed.flatMap((type) => [...fieldsOf(present[type]?.schema ?? {})]));
  expect(fields.filter((field) => !paths.has(field))).toEqual([]);
});

test('every package that reads events declares its fields', () => {
  const repository = join(import.meta.dirname, '../../../..');
  const sources = globSync('{services,examples}/*/src/**/*.ts', { cwd: repository });
  const readers = sources.filter((path) =>
    /\bread(Schedule|Reminder|Payout|Person)Event\b/.test(readFileSync(join(repository, path), 'utf8')),
  );
  const folders = new Set(readers.map((path) => path.split('/').slice(0, 2).join('/')));
  expect(folders.size).toBeGreaterThan(3);
  for (const folder of folders) expect(globSync(`${folder}/consumes.json`, { cwd: repository })).toHaveLength(1);
});

test('every durable consumer declares the fields that the chassis reads', () => {
  const repository = join(import.meta.dirname, '../../../..');
  const sources = globSync('services/*/src/messaging/*.ts', { cwd: repository }).map((path) =>
    readFileSync(join(repository, path), 'utf8'),
  );
  const started = Object.entries(consumers).filter(([name]) =>
    sources.some((source) => new RegExp(`\\b${name}\\b`).test(source)),
  );
  const names: string[] = started.map(([, { durable }]) => durable);
  const durables = uses.filter(({ consumer }) => names.includes(consumer));
  expect(durables).toHaveLength(6);
  // `Identified`: to find a duplicate in a batch, and to measure the latency of an event.
  for (const { consumer, fields } of durables) expect(fields, consumer).toEqual(expect.arrayContaining(['id', 'time']));
});
