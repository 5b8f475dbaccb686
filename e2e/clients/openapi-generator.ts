import { join } from 'node:path';
import { openCache } from '@punctual/devstack';
import type { BuildOptions } from './generated-client.ts';
import { missing, runTool } from './run-tool.ts';

const version = '7.25.0';
const jar = `openapi-generator-cli-${version}.jar`;

export const openapiGenerator = `openapi-generator ${version}`;

/**
 * Generates a client with the options of `openapi-generator.yaml` in a folder. Needs Java and Maven,
 * which downloads the generator from Maven Central once.
 */
export async function generateWithOpenapiGenerator(
  document: string,
  { cwd, log, signal }: BuildOptions & { cwd: string },
): Promise<void> {
  await runTool(['java', '-version'], { cwd, signal });
  const cache = await openCache({ env: process.env, log, signal });
  const folder = await cache.folderOf(`openapi-generator-${version}`, async (draft) => {
    log(`downloading ${openapiGenerator} from Maven Central, once`);
    const artifact = `org.openapitools:openapi-generator-cli:${version}`;
    const copy = ['org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy', `-Dartifact=${artifact}`];
    await runTool(['mvn', '--batch-mode', '--quiet', ...copy, `-DoutputDirectory=${draft}`], {
      cwd: draft,
      signal,
    }).catch(missing(`${openapiGenerator} cannot be downloaded from Maven Central`));
  });
  const generate = ['generate', '--config', 'openapi-generator.yaml', '--input-spec', document];
  await runTool(['java', '-jar', join(folder, jar), ...generate], { cwd, signal });
}
