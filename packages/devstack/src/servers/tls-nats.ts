import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { type Certificates, makeCertificates } from './certificates.ts';
import { natsFromCache, natsOnPath, startNatsProcess } from './nats.ts';
import type { Host, Server } from './source.ts';

/** Its URL says `tls://`. */
export type TlsNats = Server & { certificates: Certificates };

/**
 * A NATS server that only accepts TLS, with its own CA.
 * @throws NoServerError
 */
export async function startTlsNats(host: Host): Promise<TlsNats> {
  const certificates = await makeCertificates(join(host.run.folder, 'nats-certificates'), undefined, 'NATS');
  const { serverCert, serverKey, rootCert } = certificates;
  const command = await natsOnPath(host).catch(() => natsFromCache(host));
  const server = await startNatsProcess(host, command, {
    name: 'tls-nats',
    config: `tls { cert_file: ${JSON.stringify(serverCert)}, key_file: ${JSON.stringify(serverKey)} }`,
    url: (port) => `tls://localhost:${port}`,
    ask: async (url) => {
      const connection = await connect({ servers: url, tls: { caFile: rootCert }, timeout: 2_000, reconnect: false });
      await connection.close();
    },
  });
  return { ...server, certificates };
}
