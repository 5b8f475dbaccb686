import { execFile, execFileSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openCache } from '@punctual/devstack';

const helmModule = 'helm.sh/helm/v3/cmd/helm@v3.19.2';
const kubeconformModule = 'github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0';
/** A Python package, of which only the schemas of Kubernetes are used. */
const schemas = 'kubernetes-validate==1.37.0';
const schemaFolder = 'packages/kubernetes_validate/kubernetes-json-schema';
/** Of the oldest cluster that the chart supports, and of the newest with known schemas. */
export const clusterVersions = ['1.29.0', '1.37.0'] as const;

export const chart = fileURLToPath(new URL('../../deploy/helm/punctual', import.meta.url));
export const example = (name: string) =>
  fileURLToPath(new URL(`../../deploy/helm/examples/${name}.yaml`, import.meta.url));

/** Go builds helm and kubeconform; Python's pip installs the schemas of Kubernetes. */
export const canRender = [
  ['go', 'version'],
  ['python3', '-m', 'venv', '-h'],
].every(([name = '', ...args]) => {
  try {
    return execFileSync(name, args).length > 0;
  } catch {
    return false;
  }
});

/** Runs helm. @throws with what it says when it refuses */
export async function helm(...args: string[]): Promise<string> {
  return run(join(await goTool('helm-3.19.2', helmModule), 'helm'), args);
}

/** The manifests of a release with the values of an example. */
export function render(name: string, ...args: string[]): Promise<string> {
  // Without a cluster helm assumes one that is older than the chart allows.
  return helm('template', 'test', chart, '--kube-version', clusterVersions[0], '-f', example(name), ...args);
}

/** Checks manifests against the strict schemas of a version of Kubernetes. @throws with the violations */
export async function validate(file: string, version: string): Promise<void> {
  const kubeconform = await goTool('kubeconform-0.8.0', kubeconformModule);
  const packages = await tool(`${schemas.replaceAll('=', '-')}-schemas`, async (into) => {
    await run('python3', ['-m', 'venv', into]);
    const pip = ['install', '--quiet', '--disable-pip-version-check', '--no-deps', '--target', join(into, 'packages')];
    await run(join(into, 'bin/pip'), [...pip, schemas]);
    for (const each of clusterVersions) await referToFiles(join(into, schemaFolder, `v${each}-local-strict`));
  });
  const location = `${join(packages, schemaFolder)}/{{.NormalizedKubernetesVersion}}-local{{.StrictSuffix}}/{{.ResourceKind}}{{.KindSuffix}}.json`;
  await run(join(kubeconform, 'kubeconform'), [
    '-strict',
    ...['-kubernetes-version', version],
    ...['-schema-location', location],
    file,
  ]);
}

/** Lets schemas refer to each other as files instead of as addresses. */
async function referToFiles(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const { $id, ...schema } = JSON.parse(await readFile(join(folder, name), 'utf8'));
    await writeFile(
      join(folder, name),
      JSON.stringify(schema).replaceAll('"/api/_definitions.json#', '"_definitions.json#'),
    );
  }
}

function goTool(key: string, module: string): Promise<string> {
  return tool(key, (into) =>
    run('go', ['install', module], { env: { ...process.env, GOBIN: into, CGO_ENABLED: '0' } }),
  );
}

async function tool(key: string, build: (folder: string) => Promise<unknown>): Promise<string> {
  const cache = await openCache({ env: process.env, log: () => undefined });
  return cache.folderOf(key, async (folder) => void (await build(folder)));
}

async function run(command: string, args: string[], options: { env?: NodeJS.ProcessEnv } = {}): Promise<string> {
  return (await promisify(execFile)(command, args, { ...options, maxBuffer: 16 * 1024 * 1024 })).stdout;
}
