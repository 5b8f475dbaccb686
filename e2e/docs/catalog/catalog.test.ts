import { readFileSync } from 'node:fs';
import {
  apiEntityV1alpha1Validator,
  componentEntityV1alpha1Validator,
  DefaultNamespaceEntityPolicy,
  type Entity,
  EntityPolicies,
  FieldFormatEntityPolicy,
  groupEntityV1alpha1Validator,
  NoForeignRootFieldsEntityPolicy,
  parseEntityRef,
  resourceEntityV1alpha1Validator,
  SchemaValidEntityPolicy,
  stringifyEntityRef,
  systemEntityV1alpha1Validator,
} from '@backstage/catalog-model';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { fileOf } from '../configuration.ts';
import { catalogFile, catalogText } from './catalog.ts';

const text = readFileSync(fileOf(catalogFile), 'utf8');

/** The entities as Backstage sees them, with `$text` replaced by the file. */
const entities = parseAllDocuments(text).map((document): Entity => {
  const entity = document.toJS();
  const { $text } = entity.spec.definition ?? {};
  if ($text) entity.spec.definition = readFileSync(fileOf($text), 'utf8');
  return entity;
});
const refs = new Set(entities.map((entity) => stringifyEntityRef(entity)));
const find = (ref: string) => entities.find((entity) => stringifyEntityRef(entity) === ref);

test(`${catalogFile} is current (npm run docs)`, () => {
  expect(text).toBe(catalogText());
});

const policy = EntityPolicies.allOf([
  new SchemaValidEntityPolicy(),
  new DefaultNamespaceEntityPolicy(),
  new NoForeignRootFieldsEntityPolicy(),
  new FieldFormatEntityPolicy(),
]);
const validators = [
  apiEntityV1alpha1Validator,
  componentEntityV1alpha1Validator,
  groupEntityV1alpha1Validator,
  resourceEntityV1alpha1Validator,
  systemEntityV1alpha1Validator,
];

test.each(entities)('Backstage accepts the $kind $metadata.name', async (entity) => {
  await policy.enforce(entity);
  const accepted = await Promise.all(validators.map((validator) => validator.check(entity)));
  // Each validator throws on its own kind when it is invalid, and ignores the others.
  expect(accepted.filter(Boolean)).toHaveLength(1);
});

test.each(entities)('every relation of $kind $metadata.name leads to an entity', ({ spec = {} }) => {
  const relations = {
    owner: 'group',
    system: 'system',
    providesApis: 'api',
    consumesApis: 'api',
    dependsOn: 'component',
  };
  for (const [field, defaultKind] of Object.entries(relations)) {
    for (const name of [spec[field] ?? []].flat()) {
      const ref = stringifyEntityRef(parseEntityRef(String(name), { defaultKind, defaultNamespace: 'default' }));
      expect(refs, field).toContain(ref);
    }
  }
});

test('relations follow what services publish, read and store', () => {
  expect(find('component:default/payouts')?.spec).toMatchObject({
    owner: 'payouts',
    providesApis: ['payouts-events'],
    consumesApis: ['scheduling-events'],
    dependsOn: ['resource:payouts-database', 'resource:payout-stream', 'resource:schedule-stream'],
  });
  expect(find('component:default/notifier')?.spec).toMatchObject({
    consumesApis: ['scheduling-events', 'reminders-events'],
  });
  expect(find('component:default/gateway')?.spec).toMatchObject({ providesApis: ['punctual-api'] });
  expect(find('component:default/console')?.spec).toMatchObject({ owner: 'ops', consumesApis: ['punctual-api'] });
});

test('definitions describe the API and the events', () => {
  expect(parse(String(find('api:default/punctual-api')?.spec?.definition))).toHaveProperty('openapi');
  const events = parse(String(find('api:default/payouts-events')?.spec?.definition));
  expect(Object.keys(events.channels)).toContain('payout.paid');
  expect(Object.keys(events.channels)).not.toContain('schedule.confirmed');
});
