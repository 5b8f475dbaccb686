import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { folderOf, type GeneratedClient } from './generated-client.ts';
import { generateWithOpenapiGenerator, openapiGenerator } from './openapi-generator.ts';
import { runTool } from './run-tool.ts';

/** `pom.xml` pins the compiler and what the client imports. */
export const kotlin: GeneratedClient = {
  language: 'kotlin',
  generator: openapiGenerator,
  build: async (document, options) => {
    const cwd = folderOf('kotlin');
    // Classes of an earlier document would be compiled again.
    await rm(join(cwd, 'generated/client'), { recursive: true, force: true });
    await generateWithOpenapiGenerator(document, { ...options, cwd });
    const maven = ['mvn', '--batch-mode', '--quiet'];
    await runTool([...maven, 'compile'], { cwd, signal: options.signal });
    return { command: [...maven, 'exec:java'], cwd };
  },
};
