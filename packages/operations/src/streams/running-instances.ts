import { type NatsConnection, NoRespondersError, RequestError } from '@nats-io/transport-node';
import { z } from 'zod';
import { parseJson } from '../parse-json.ts';

/** An instance of a service that announces itself on NATS. */
export type RunningInstance = {
  service: string;
  /** Of this process. */
  id: string;
  version: string;
  /** The commit it was built from; empty if it does not know. */
  revision: string;
  /** The version of the contracts that it was built with. */
  contracts: string;
  /** RFC 3339. */
  startedAt: string;
};

const token = /^[A-Za-z0-9_-]{1,100}$/;
const Info = z.object({
  name: z.string().regex(token),
  id: z.string().regex(token),
  version: z.string(),
  metadata: z.object({ revision: z.string(), contracts: z.string(), started: z.string() }),
  endpoints: z.array(z.object({ name: z.string(), subject: z.string() })),
});

/** An instance that does not answer within this time of the others is not seen. */
const silenceMs = 2_000;

/**
 * Asks every instance what it is, by the protocol of NATS services. Any other NATS service, and what
 * is none, is left out. An instance whose account `deploy/nats/users.conf` does not export is not
 * seen.
 */
export async function runningInstances(connection: NatsConnection): Promise<RunningInstance[]> {
  const instances: RunningInstance[] = [];
  try {
    const options = { strategy: 'stall', stall: silenceMs, maxWait: 10_000 } as const;
    for await (const answer of await connection.requestMany('$SRV.INFO', '', options)) {
      const info = Info.safeParse(parseJson(answer.string())).data;
      // The exact subject: an instance must not make this program publish anywhere else.
      if (!info?.endpoints.some(({ subject }) => subject === `contracts.${info.name}.${info.id}`)) continue;
      const { name: service, id, version, metadata } = info;
      const { revision, contracts, started: startedAt } = metadata;
      instances.push({ service, id, version, revision, contracts, startedAt });
    }
  } catch (error) {
    const isAlone = error instanceof NoRespondersError || (error instanceof RequestError && error.isNoResponders());
    if (!isAlone) throw error;
  }
  return instances.toSorted((one, other) => one.service.localeCompare(other.service) || one.id.localeCompare(other.id));
}
