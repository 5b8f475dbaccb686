import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { openApiDocument } from '@punctual/contracts/openapi';
import { folderOf, type GeneratedClient } from './generated-client.ts';

/** Writes the OpenAPI document, as the gateway serves it, for the generator of a language. */
export async function writeDocument({ language }: GeneratedClient): Promise<string> {
  const path = join(folderOf(language), 'generated/openapi.json');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, JSON.stringify(openApiDocument()));
  return path;
}
