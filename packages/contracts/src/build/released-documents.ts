import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RestDocument } from '../compatibility/rest/document.ts';
import { releasedFolder, releasedVersions } from './released.ts';

/** The frozen OpenAPI document of a released version. */
export const documentFile = (version: string): string => join(releasedFolder, version, 'openapi.json');

/** The versions whose OpenAPI document is frozen. */
export const releasedDocuments = (): string[] =>
  releasedVersions().filter((version) => existsSync(documentFile(version)));

export function releasedDocument(version: string): RestDocument {
  return JSON.parse(readFileSync(documentFile(version), 'utf8'));
}

/** A document without its examples, which bind nobody and move with the moment of reading. */
export function withoutExamples<T>(document: T): T {
  const isExample = (key: string, value: unknown) => /^examples?$/.test(key) && typeof value === 'object';
  return JSON.parse(
    JSON.stringify(document, (key, value) => (isExample(key, value) || key === 'example' ? undefined : value)),
  );
}
