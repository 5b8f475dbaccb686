import { JetStreamApiError, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection, RequestError } from '@nats-io/transport-node';
import { reasonOf } from '@punctual/chassis';
import { ServiceContract } from '@punctual/contracts/compatibility';
import { z } from 'zod';
import { CannotTell } from './finding.ts';

/** What NATS knows of an environment. */
export type Announced = {
  readonly contracts: readonly ServiceContract[];
  /** Instances whose contract cannot be read. */
  readonly unreadable: readonly { readonly instance: string; readonly reason: string }[];
  /** Durable consumers of the streams, by name. */
  readonly durables: readonly Durable[];
};

export type Durable = { readonly name: string; readonly subjects: readonly string[] };

const token = /^[A-Za-z0-9_-]{1,100}$/;
const Info = z.object({
  name: z.string().regex(token),
  id: z.string().regex(token),
  endpoints: z.array(z.object({ name: z.string(), subject: z.string() })),
});
type Info = z.infer<typeof Info>;

/** An instance that does not answer within this time of the others is not seen. */
const silenceMs = 2_000;

const streams = ['SCHEDULE', 'REMINDER', 'PAYOUT'];

/**
 * Asks every instance what it is. `NATS_USER` and `NATS_PASSWORD` are those of the user `deployer`
 * or `ops`.
 * @throws CannotTell when NATS cannot be reached
 */
export async function askNats(servers: string): Promise<Announced> {
  const connection = await open(servers);
  try {
    const { contracts, unreadable } = await readContracts(connection);
    return { contracts, unreadable, durables: await listDurables(connection) };
  } finally {
    await connection.close();
  }
}

async function open(servers: string): Promise<NatsConnection> {
  const { NATS_USER: user, NATS_PASSWORD: pass = '' } = process.env;
  // It is printed, so without a password.
  const address = servers.replace(/([a-z]*:\/\/)[^,/]*@/g, '$1');
  return connect({
    servers: servers.split(','),
    ...(servers.includes('tls://') && { tls: {} }),
    ...(user && { user, pass, inboxPrefix: `_INBOX.${user}` }),
    name: 'can-deploy',
    timeout: 5_000,
    reconnect: false,
  }).catch((error: unknown) => {
    throw new CannotTell(`Cannot reach NATS at ${address}: ${reasonOf(error)}.`);
  });
}

async function readContracts(connection: NatsConnection): Promise<Omit<Announced, 'durables'>> {
  const contracts: ServiceContract[] = [];
  const unreadable: Announced['unreadable'][number][] = [];
  await Promise.all(
    (await listInstances(connection)).map(async (info) => {
      try {
        contracts.push(await readContract(connection, info));
      } catch (error) {
        const reason = error instanceof z.ZodError ? 'its contract is invalid' : reasonOf(error);
        unreadable.push({ instance: `${info.name} ${info.id}`, reason });
      }
    }),
  );
  return { contracts, unreadable };
}

/** The instances that announce a contract. Any other NATS service, and what is none, is left out. */
async function listInstances(connection: NatsConnection): Promise<Info[]> {
  const instances: Info[] = [];
  try {
    const options = { strategy: 'stall', stall: silenceMs, maxWait: 10_000 } as const;
    for await (const answer of await connection.requestMany('$SRV.INFO', '', options)) {
      const info = Info.safeParse(json(answer.string())).data;
      // The exact subject: an instance must not make this program publish anywhere else.
      if (info?.endpoints.some(({ subject }) => subject === `contracts.${info.name}.${info.id}`)) instances.push(info);
    }
  } catch (error) {
    if (!(error instanceof RequestError && error.isNoResponders())) throw refused(error);
  }
  return instances;
}

async function readContract(connection: NatsConnection, { name, id }: Info): Promise<ServiceContract> {
  const answer = await connection.request(`contracts.${name}.${id}`, '', { timeout: 5_000 });
  const contract = ServiceContract.parse(json(answer.string())) as ServiceContract;
  if (contract.service !== name) throw new Error(`it says that it is ${contract.service}`);
  return contract;
}

async function listDurables(connection: NatsConnection): Promise<Durable[]> {
  const { consumers } = await jetstreamManager(connection, { checkAPI: false });
  const durables: Durable[] = [];
  for (const stream of streams) {
    try {
      for await (const { config } of consumers.list(stream)) {
        const { durable_name: name, filter_subject: one, filter_subjects: several } = config;
        if (name) durables.push({ name, subjects: several ?? (one ? [one] : ['>']) });
      }
    } catch (error) {
      if (!(error instanceof JetStreamApiError)) throw refused(error);
    }
  }
  return durables;
}

const refused = (error: unknown) => new CannotTell(`NATS does not say what runs: ${reasonOf(error)}.`);

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
