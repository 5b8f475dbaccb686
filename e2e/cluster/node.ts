import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { findCommand, freePort } from '@punctual/devstack';
import { eventually } from '@punctual/testkit';
import type { ControlPlane } from './control-plane.ts';
import type { Daemons } from './daemons.ts';
import { bridge, gatewayAddress, podCidr } from './network.ts';
import { run } from './run.ts';

export const nodeName = 'punctual-node';
export const pauseImage = 'punctual.test/pause:1';
const readyWithinMs = 120_000;

export type Node = {
  /** Adds an image of the Docker engine to those of the node. */
  importImages(names: readonly string[]): Promise<void>;
};

/** Makes this machine a node: containerd, kubelet, kube-proxy and DNS. */
export async function startNode(
  daemons: Daemons,
  binaries: string,
  { kubeconfig, kubectl }: ControlPlane,
): Promise<Node> {
  const { folder } = daemons;
  const socket = join(folder, 'containerd.sock');
  const write = async (name: string, text: string) => {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    return path;
  };

  await write('cni/10-bridge.conflist', JSON.stringify(networkOfPods(join(folder, 'addresses'))));
  const containerd = (await findCommand(process.env, 'containerd')) ?? 'containerd';
  await daemons.start('containerd', containerd, [
    '--config',
    await write('containerd.toml', runtime(folder, binaries)),
  ]);
  const ctr = (...args: string[]) => run('ctr', ['--address', socket, '--namespace', 'k8s.io', ...args]);
  await eventually(() => ctr('version'), { withinMs: readyWithinMs });
  daemons.onEnd(() => endContainers(ctr));
  const importImages = async (names: readonly string[]) => {
    const archive = join(folder, 'images.tar');
    await run('docker', ['save', '--output', archive, ...names]);
    await ctr('images', 'import', '--local', archive);
  };

  await write(
    'Corefile',
    `cluster.local {\n  bind ${gatewayAddress}\n  errors\n  kubernetes {\n    kubeconfig ${kubeconfig}\n    ttl 5\n  }\n}\n`,
  );
  await daemons.start('coredns', join(binaries, 'dns'), ['-conf', join(folder, 'Corefile')]);
  daemons.onEnd(() => unmountBelow(folder));
  daemons.onEnd(await keepSysctls());
  await daemons.start('kubelet', join(binaries, 'kubelet'), [
    `--kubeconfig=${kubeconfig}`,
    ...[`--hostname-override=${nodeName}`, `--node-ip=${gatewayAddress}`, `--root-dir=${join(folder, 'kubelet')}`],
    `--config=${await write('kubelet.json', JSON.stringify(kubeletConfig(socket)))}`,
    `--cert-dir=${join(folder, 'kubelet-pki')}`,
  ]);
  daemons.onEnd(async () => void (await run(join(binaries, 'kube-proxy'), ['--cleanup'])));
  await daemons.start('kube-proxy', join(binaries, 'kube-proxy'), [
    ...[`--kubeconfig=${kubeconfig}`, '--proxy-mode=iptables', `--cluster-cidr=${podCidr}`],
    ...[`--hostname-override=${nodeName}`, '--nodeport-addresses=127.0.0.0/8', '--conntrack-max-per-core=0'],
    ...['--conntrack-tcp-timeout-established=0s', '--conntrack-tcp-timeout-close-wait=0s'],
    ...[`--healthz-bind-address=127.0.0.1:${await freePort()}`, `--metrics-bind-address=127.0.0.1:${await freePort()}`],
  ]);
  await eventually(() => kubectl('wait', '--for=condition=Ready', `node/${nodeName}`, '--timeout=5s'), {
    withinMs: readyWithinMs,
  });
  return { importImages };
}

/** Containers outlive containerd. */
async function endContainers(ctr: (...args: string[]) => Promise<string>): Promise<void> {
  for (const task of (await ctr('tasks', 'list', '--quiet')).split('\n').filter(Boolean))
    await ctr('tasks', 'delete', '--force', task).catch(() => undefined);
}

/** Volumes of pods that had to be killed. */
async function unmountBelow(folder: string): Promise<void> {
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '');
  for (const path of mounts.filter((each) => each.startsWith(`${folder}/`)).reverse())
    await run('umount', ['-l', path]);
}

/** The kubelet sets these for the whole machine. @returns how to set them back */
async function keepSysctls(): Promise<() => Promise<void>> {
  const names = ['vm.overcommit_memory', 'kernel.panic', 'kernel.panic_on_oops'];
  const before = (await run('sysctl', names)).split('\n').map((line) => line.replaceAll(' ', ''));
  return async () => void (await run('sysctl', ['-q', '-w', ...before]));
}

function networkOfPods(dataDir: string) {
  const ipam = { type: 'host-local', ranges: [[{ subnet: podCidr }]], routes: [{ dst: '0.0.0.0/0' }], dataDir };
  const plugin = { type: 'bridge', bridge, isGateway: true, ipMasq: true, hairpinMode: true, ipam };
  return { cniVersion: '1.0.0', name: 'punctual', plugins: [plugin] };
}

function runtime(folder: string, binaries: string): string {
  return `version = 3
root = "${folder}/containerd"
state = "${folder}/containerd-state"
[grpc]
  address = "${folder}/containerd.sock"
[plugins."io.containerd.nri.v1.nri"]
  disable = true
[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "${pauseImage}"
[plugins."io.containerd.cri.v1.runtime"]
  # Root of a container or a sandbox may lack the right to lower it.
  restrict_oom_score_adj = true
[plugins."io.containerd.cri.v1.runtime".cni]
  bin_dirs = ["${binaries}"]
  conf_dir = "${folder}/cni"
`;
}

function kubeletConfig(socket: string) {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: gatewayAddress,
    port: 10_250,
    healthzPort: 0,
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    containerRuntimeEndpoint: `unix://${socket}`,
    cgroupDriver: 'cgroupfs',
    cgroupsPerQOS: false,
    enforceNodeAllocatable: [],
    failSwapOn: false,
    // They would stay on this machine.
    makeIPTablesUtilChains: false,
    // Images come from this machine only, so a removed one could not be pulled again.
    imageGCHighThresholdPercent: 100,
    clusterDNS: [gatewayAddress],
    clusterDomain: 'cluster.local',
    // The disk of a development machine may be fuller than that of a node.
    evictionHard: { 'nodefs.available': '1%', 'imagefs.available': '1%', 'memory.available': '50Mi' },
  };
}
