import { expect, test } from 'vitest';
import { releasedDocument, releasedDocuments, withoutExamples } from '../../build/released-documents.ts';
import { openApiDocument } from '../../openapi/index.ts';
import { breakingRestChanges } from './breaking-changes.ts';
import { declaredChanges } from './declared-changes.ts';
import type { RestDocument } from './document.ts';

const present: RestDocument = JSON.parse(JSON.stringify(withoutExamples(openApiDocument())));
const versions = releasedDocuments();
const found = new Map(versions.map((version) => [version, breakingRestChanges(releasedDocument(version), present)]));

test('the released documents exist to compare with', () => {
  expect(versions).toEqual(expect.arrayContaining(['1.0.0', '1.1.0']));
});

test.each(versions)('no undeclared change breaks an app installed with %s', (version) => {
  const declared = declaredChanges.filter(({ since }) => since === version);
  const undeclared = found.get(version)?.filter((line) => !declared.some(({ change }) => change.test(line)));
  expect(undeclared).toEqual([]);
});

test.each(declaredChanges)('the declared change $change still exists and has a reason', ({ since, change, reason }) => {
  expect(found.get(since)?.some((line) => change.test(line))).toBe(true);
  expect(reason).toMatch(/^[A-Z].*\.$/);
});
