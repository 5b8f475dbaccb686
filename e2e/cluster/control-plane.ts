import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@punctual/devstack';
import { eventually } from '@punctual/testkit';
import type { Daemons } from './daemons.ts';
import { run } from './run.ts';

export type ControlPlane = {
  /** The file with its address and the rights of an administrator. */
  readonly kubeconfig: string;
  kubectl(...args: string[]): Promise<string>;
};

const serviceCidr = '10.96.0.0/16';
const readyWithinMs = 120_000;

/** Starts etcd, the API server, the controllers and the scheduler on 127.0.0.1. */
export async function startControlPlane(daemons: Daemons, binaries: string): Promise<ControlPlane> {
  const { folder } = daemons;
  const program = (name: string) => join(binaries, name);
  const [etcd, peer, api] = [await freePort(), await freePort(), await freePort()];
  const keys = await writeKeys(folder);
  const kubeconfig = join(folder, 'kubeconfig.json');
  await writeFile(kubeconfig, JSON.stringify(configFor(`https://127.0.0.1:${api}`, keys.token)), { mode: 0o600 });

  const at = (port: number) => `http://127.0.0.1:${port}`;
  await daemons.start('etcd', program('server'), [
    `--data-dir=${join(folder, 'etcd')}`,
    ...[`--listen-client-urls=${at(etcd)}`, `--advertise-client-urls=${at(etcd)}`],
    ...[`--listen-peer-urls=${at(peer)}`, `--initial-advertise-peer-urls=${at(peer)}`],
    ...[`--initial-cluster=default=${at(peer)}`, '--unsafe-no-fsync', '--log-level=warn'],
  ]);
  await daemons.start('kube-apiserver', program('kube-apiserver'), [
    `--etcd-servers=${at(etcd)}`,
    ...['--bind-address=127.0.0.1', `--secure-port=${api}`, `--cert-dir=${join(folder, 'api')}`],
    ...[`--token-auth-file=${keys.tokens}`, '--authorization-mode=RBAC', '--endpoint-reconciler-type=none'],
    ...['--service-account-issuer=https://kubernetes.default.svc', `--service-account-key-file=${keys.accounts}`],
    ...[`--service-account-signing-key-file=${keys.accounts}`, `--service-cluster-ip-range=${serviceCidr}`],
  ]);
  const kubectl = (...args: string[]) => run(program('kubectl'), ['--kubeconfig', kubeconfig, ...args]);
  await eventually(() => kubectl('get', '--raw', '/readyz'), { withinMs: readyWithinMs });

  const common = [`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--secure-port=0'];
  await daemons.start('kube-controller-manager', program('kube-controller-manager'), [
    ...common,
    `--service-account-private-key-file=${keys.accounts}`,
  ]);
  await daemons.start('kube-scheduler', program('kube-scheduler'), common);
  await eventually(() => kubectl('-n', 'default', 'get', 'serviceaccount', 'default'), { withinMs: readyWithinMs });
  return { kubeconfig, kubectl };
}

/** The key that signs service accounts, and the token of the administrator. */
async function writeKeys(folder: string) {
  await mkdir(join(folder, 'api'), { recursive: true });
  const accounts = join(folder, 'api/accounts.key');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(accounts, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  const token = randomBytes(16).toString('hex');
  const tokens = join(folder, 'api/tokens.csv');
  await writeFile(tokens, `${token},admin,admin,system:masters\n`, { mode: 0o600 });
  return { accounts, token, tokens };
}

function configFor(server: string, token: string) {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    // The API server makes its own certificate, and listens on 127.0.0.1 only.
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
    'current-context': 'test',
  };
}
