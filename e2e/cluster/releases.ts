import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { natsSignIn } from '@punctual/devstack';
import { chart, helm } from '../chart/helm.ts';
import type { ControlPlane } from './control-plane.ts';
import { registry, type Service, services, tags } from './images.ts';
import type { Outside } from './outside.ts';

export const namespace = 'punctual';

/** The chart's releases in one namespace, each of one service or of the streams. */
export type Releases = {
  /** `helm upgrade --install`, with more values as `--set` takes them. @throws when it fails */
  upgrade(name: Service | 'streams', values?: readonly string[], args?: readonly string[]): Promise<void>;
  helm(...args: string[]): Promise<string>;
};

/** Creates the namespace, where Kubernetes enforces its strictest standard for pods, and the Secrets. */
export async function prepareReleases(
  folder: string,
  { kubeconfig, kubectl }: ControlPlane,
  outside: Outside,
): Promise<Releases> {
  await kubectl('create', 'namespace', namespace);
  await kubectl('label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted');
  const secrets: Record<string, Record<string, string>> = {
    'punctual-streams': { NATS_PASSWORD: natsSignIn('streams').pass },
    'punctual-gateway': { NATS_PASSWORD: natsSignIn('gateway').pass },
    'punctual-scheduling': { NATS_PASSWORD: natsSignIn('scheduling').pass, DATABASE_URL: outside.databases.scheduling },
    'punctual-payouts': { NATS_PASSWORD: natsSignIn('payouts').pass, DATABASE_URL: outside.databases.payouts },
    'punctual-reminders': { NATS_PASSWORD: natsSignIn('reminders').pass, MONGO_URL: outside.mongo },
  };
  for (const [name, data] of Object.entries(secrets)) {
    const literals = Object.entries(data).map(([key, value]) => `--from-literal=${key}=${value}`);
    await kubectl('-n', namespace, 'create', 'secret', 'generic', name, ...literals);
  }

  const values = join(folder, 'values.json');
  await writeFile(values, JSON.stringify(commonValues(outside)));
  const inCluster = (...args: string[]) => helm('--kubeconfig', kubeconfig, '--namespace', namespace, ...args);
  return {
    helm: inCluster,
    upgrade: async (name, given = [], args = ['--wait', '--timeout', '5m']) => {
      const part = name === 'streams' ? 'streams' : `services.${name}`;
      const set = [`${part}.enabled=true`, ...given].flatMap((value) => ['--set', value]);
      await inCluster('upgrade', '--install', name, chart, '--values', values, ...set, ...args);
    },
  };
}

function commonValues({ issuer, jwksUrl, nats, ports }: Outside) {
  // Of a machine with two cores.
  const small = { resources: { requests: { cpu: '20m', memory: '96Mi' }, limits: { memory: '320Mi' } } };
  const manyRequests = { RATE_LIMIT_PER_USER: '100000', RATE_LIMIT_PER_ADDRESS: '100000' };
  return {
    image: { registry, tag: tags[0], pullPolicy: 'Never' },
    auth: { jwksUrl, issuer: issuer.issuer, audience: issuer.audience },
    nats: { url: nats },
    networkPolicy: { egress: [{ ports: ports.map((port) => ({ port, protocol: 'TCP' })) }] },
    services: {
      ...Object.fromEntries(services.map((name) => [name, small])),
      gateway: { ...small, type: 'NodePort', env: manyRequests },
      scheduling: { ...small, env: { MAX_OPEN_JOBS: '100000' } },
    },
    streams: { resources: small.resources, env: {} },
    migrations: { resources: small.resources },
  };
}
