import { execFile } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeCertificates } from './certificates.ts';
import { natsFromCache, natsOnPath } from './nats.ts';
import { natsPasswords, natsUsersFile } from './nats-users.ts';
import type { Host } from './source.ts';

/**
 * Has nats-server read a configuration, beside `users.conf` and with certificates in place of the
 * files in /etc/nats, without starting.
 * @throws Error with what nats-server says when it refuses it
 */
export async function checkNatsConfig(host: Host, config: string): Promise<void> {
  const folder = join(host.run.folder, 'checked-nats');
  await mkdir(folder);
  const { serverCert, serverKey, rootCert } = await makeCertificates(join(folder, 'certificates'), undefined);
  await copyFile(natsUsersFile, join(folder, 'users.conf'));
  const file = join(folder, 'nats.conf');
  const files = { 'server.pem': serverCert, 'server.key': serverKey, 'ca.pem': rootCert };
  await writeFile(
    file,
    Object.entries(files).reduce((text, [name, path]) => text.replaceAll(`/etc/nats/${name}`, path), config),
  );
  const command = await natsOnPath(host).catch(() => natsFromCache(host));
  await promisify(execFile)(command, ['-t', '--config', file], { env: { ...process.env, ...natsPasswords } });
}
