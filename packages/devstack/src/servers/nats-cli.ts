import { findCommand } from './commands.ts';
import { buildWithGo } from './go.ts';
import { type Host, Unavailable } from './source.ts';

const version = '0.5.1';

/**
 * Builds the `nats` command that the runbook uses, once.
 * @returns the folder to put on the PATH
 * @throws Unavailable without Go
 */
export async function natsCliFolder(host: Host): Promise<string> {
  return host.cache.folderOf(`nats-cli-${version}`, async (draft) => {
    const go = await findCommand(host.env, 'go');
    if (!go) throw new Unavailable('building the nats command needs Go on the PATH');
    host.log(`nats: building ${version} of the command with Go, once (a few minutes)`);
    const args = ['install', '-trimpath', '-ldflags=-s -w', `github.com/nats-io/natscli/nats@v${version}`];
    await buildWithGo(host, { name: 'nats-cli', go, args, env: { GOBIN: draft } });
  });
}
