import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openCache } from '@punctual/devstack';
import { run } from './run.ts';

/** Of Kubernetes, as `go/kubernetes/go.mod` has it. */
const version = '1.34.4';
const source = fileURLToPath(new URL('go', import.meta.url));

/**
 * Builds etcd, Kubernetes, the CNI plugins, CoreDNS and a pause program with Go, once: about 10
 * minutes on two idle cores. etcd's program is named `server`.
 * @returns the folder of the programs
 */
export async function buildKubernetes(log: (line: string) => void, signal: AbortSignal): Promise<string> {
  const cache = await openCache({ env: process.env, log, signal });
  return cache.folderOf(`kubernetes-${version}`, async (folder) => {
    log(`Kubernetes ${version}: building it with Go, once`);
    // A copy, because an edit of the checkout would end the build.
    await cp(source, join(folder, 'source'), { recursive: true });
    const env = { ...process.env, GOBIN: folder, CGO_ENABLED: '0', GOFLAGS: '-mod=readonly' };
    for (const module of ['kubernetes', 'dns'])
      await run('go', ['install', '-ldflags', flags(), 'tool'], { cwd: join(folder, 'source', module), env, signal });
  });
}

/** Names the version, which `go install` does not know; Helm asks the API server for it. */
function flags(): string {
  const [major, minor] = version.split('.');
  const values = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor };
  const set = Object.entries(values).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
  return ['-s -w', ...set].join(' ');
}
