import { chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generate, type SelfsignedOptions } from 'selfsigned';
import type { User } from './users.ts';

/** Files in PEM for a server that is called `localhost`, and nothing else. */
export type Certificates = {
  /** The authority that has signed the others. */
  rootCert: string;
  /** Of another authority. */
  strangeRootCert: string;
  serverCert: string;
  serverKey: string;
  /** Of a client that is called {@link certifiedRole}. */
  clientCert: string;
  clientKey: string;
};

/** A role of a client certificate. */
export const certifiedRole = 'certified';

/**
 * Makes an authority and what it signs, valid for a year, in a new folder. The server's key is its
 * user's.
 * @param name of the authority: two that one client trusts have different ones
 */
export async function makeCertificates(
  folder: string,
  user: User | undefined,
  name = 'Punctual',
): Promise<Certificates> {
  await mkdir(folder, { mode: 0o755 });
  const write = async (file: string, text: string, mode: number) => {
    const path = join(folder, file);
    await writeFile(path, text, { mode });
    return path;
  };
  const [root, strange] = await Promise.all([authority(name), authority('Strange')]);
  const ca = { key: root.private, cert: root.cert };
  const server = await signed('localhost', {
    ca,
    extensions: [
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
      { name: 'extKeyUsage', serverAuth: true },
    ],
  });
  const client = await signed(certifiedRole, { ca, extensions: [{ name: 'extKeyUsage', clientAuth: true }] });
  const serverKey = await write('server.key', server.private, 0o600);
  if (user) await chown(serverKey, user.uid, user.gid);
  return {
    rootCert: await write('root.pem', root.cert, 0o644),
    strangeRootCert: await write('strange-root.pem', strange.cert, 0o644),
    serverCert: await write('server.pem', server.cert, 0o644),
    serverKey,
    clientCert: await write('client.pem', client.cert, 0o644),
    clientKey: await write('client.key', client.private, 0o600),
  };
}

function authority(name: string) {
  return signed(name, {
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
}

function signed(commonName: string, options: SelfsignedOptions) {
  const attributes = [{ name: 'commonName', value: commonName }];
  return generate(attributes, { keyType: 'ec', algorithm: 'sha256', ...options });
}
