import { run } from './run.ts';

export const podCidr = '10.244.0.0/24';
/** Of this machine on the bridge of the pods. */
export const gatewayAddress = '10.244.0.1';
export const bridge = 'punctual0';

const sysctls = ['net.ipv4.ip_forward=1', 'net.bridge.bridge-nf-call-iptables=1'];
const accepted = [
  ['-i', bridge, '-j', 'ACCEPT'],
  ['-o', bridge, '-j', 'ACCEPT'],
];

/** Makes the bridge of the pods. A Docker engine drops what it does not know, so its packets are accepted. */
export async function createBridge(onEnd: (release: () => Promise<void>) => void): Promise<void> {
  // Of a run that was killed.
  await run('ip', ['link', 'delete', bridge]).catch(() => undefined);
  await run('ip', ['link', 'add', bridge, 'type', 'bridge']);
  onEnd(async () => void (await run('ip', ['link', 'delete', bridge])));
  await run('ip', ['address', 'add', `${gatewayAddress}/24`, 'dev', bridge]);
  await run('ip', ['link', 'set', bridge, 'up']);
  for (const each of sysctls) await run('sysctl', ['-q', '-w', each]);
  for (const rule of accepted) {
    await run('iptables', ['-w', '-I', 'FORWARD', ...rule]);
    onEnd(async () => void (await run('iptables', ['-w', '-D', 'FORWARD', ...rule])));
  }
}
