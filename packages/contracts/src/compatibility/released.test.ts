import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { declaredUses } from '../build/consumes.ts';
import { releasedShapes, releasedVersions } from '../build/released.ts';
import type { JsonSchema } from '../events/json-schemas.ts';
import { breakingChanges } from './breaking-changes.ts';
import { describeChange, isConsumed } from './declared-use.ts';
import { presentShapes } from './event-shape.ts';

const present = presentShapes();
const versions = releasedVersions();
const uses = declaredUses();

test('there is a release to compare with', () => {
  expect(versions).not.toEqual([]);
});

test.each(versions)('nothing breaks for those who are on %s', (version) => {
  const changes = Object.values(releasedShapes(version)).flatMap((released) =>
    breakingChanges(released, present[released.type]),
  );
  expect(changes.map((change) => describeChange(uses, change))).toEqual([]);
});

test.each(uses)('what $consumer declares to read is there', ({ consumer, events, fields }) => {
  const consumed = Object.keys(present).filter((type) => isConsumed({ consumer, events, fields }, type));
  for (const event of events) {
    expect(
      consumed.some((type) => isConsumed({ consumer, events: [event], fields }, type)),
      event,
    ).toBe(true);
  }
  const paths = new Set(consumed.flatMap((type) => [...pathsOf(present[type]?.schema ?? {})]));
  expect(fields.filter((field) => !paths.has(field))).toEqual([]);
});

test('whoever reads events declares what of them', () => {
  const repository = join(import.meta.dirname, '../../../..');
  const sources = globSync('{services,examples}/*/src/**/*.ts', { cwd: repository });
  const readers = sources.filter((path) =>
    /\bread(Schedule|Reminder|Payout|Person)Event\b/.test(readFileSync(join(repository, path), 'utf8')),
  );
  const folders = new Set(readers.map((path) => path.split('/').slice(0, 2).join('/')));
  expect(folders.size).toBeGreaterThan(3);
  for (const folder of folders) expect(globSync(`${folder}/consumes.json`, { cwd: repository })).toHaveLength(1);
});

test('whoever consumes through the chassis declares what that reads of every event, too', () => {
  const repository = join(import.meta.dirname, '../../../..');
  const sources = globSync('services/*/src/messaging/*.ts', { cwd: repository }).map((path) =>
    readFileSync(join(repository, path), 'utf8'),
  );
  const durables = uses.filter(({ consumer }) => sources.some((source) => source.includes(`'${consumer}'`)));
  expect(durables).toHaveLength(5);
  // `Identified`: to see a second copy in a batch, and how long the event was on its way.
  for (const { consumer, fields } of durables) expect(fields, consumer).toEqual(expect.arrayContaining(['id', 'time']));
});

/** Every path that a reader may name, at every depth. */
function* pathsOf(schema: JsonSchema, root = schema, prefix = ''): Generator<string> {
  if (schema.$ref) return yield* pathsOf(root.$defs?.[schema.$ref.replace('#/$defs/', '')] ?? {}, root, prefix);
  if (prefix) yield prefix;
  for (const part of schema.anyOf ?? []) yield* pathsOf(part as JsonSchema, root, prefix);
  if (schema.items) yield* pathsOf(schema.items as JsonSchema, root, `${prefix}[]`);
  for (const [name, part] of Object.entries(schema.properties ?? {})) {
    yield* pathsOf(part as JsonSchema, root, prefix ? `${prefix}.${name}` : name);
  }
}
