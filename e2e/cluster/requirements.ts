import { execFile } from 'node:child_process';
import { platform } from 'node:os';
import { promisify } from 'node:util';
import { findCommand } from '@punctual/devstack';

const commands = {
  go: 'builds Kubernetes',
  docker: 'builds the images',
  containerd: 'runs the pods',
  'containerd-shim-runc-v2': 'runs the pods',
  ctr: 'imports the images',
  runc: 'runs the pods',
  ip: 'makes the network of the pods',
  iptables: 'routes to the pods',
};

/** What is missing for a cluster on this machine, in one line; undefined when nothing is. */
export async function missing(): Promise<string | undefined> {
  if (platform() !== 'linux') return 'Linux';
  if (process.getuid?.() !== 0) return 'root: containers, bridges and iptables need it';
  for (const [name, use] of Object.entries(commands))
    if (!(await findCommand(process.env, name))) return `${name} on the PATH: it ${use}`;
  const answers = await promisify(execFile)('docker', ['version']).then(
    () => true,
    () => false,
  );
  return answers ? undefined : 'an answer of the Docker engine, which builds the images';
}
