import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { ServiceContract } from '@punctual/contracts/compatibility';
import { natsSignIn, type ServiceName } from '@punctual/devstack';
import { startTestStack } from '@punctual/testkit';
import { fromCheckout } from '../src/candidate.ts';

/** What a test changes; as loose as JSON. */
export type Draft = ReturnType<typeof JSON.parse>;

export type Ended = { code: number; stdout: string; stderr: string };

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** Runs `npm run can-deploy -- …`. */
export function canDeploy(args: string[], environment: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...environment };
    execFile(process.execPath, [main, ...args], { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

/** Every service as a process, and the file that says where they are. */
export async function startWorld() {
  const testStack = await startTestStack('can-deploy');
  const { natsUrl } = testStack.environment;
  const folder = mkdtempSync(join(tmpdir(), 'punctual-can-deploy-'));
  const { gateway } = testStack.stack.addresses.urls;
  let files = 0;

  /** Writes JSON, or what a test says is a file of JSON. */
  const file = (content: unknown) => {
    files += 1;
    const path = join(folder, `${files}.json`);
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };
  const environment = (more: object = {}) => file({ gateway, nats: natsUrl, ...more });
  return {
    testStack,
    natsUrl,
    file,
    environment,
    /** Asks for today's version of a service, changed. */
    ask: async (service: ServiceName, change: (draft: Draft) => void = () => {}, ...flags: string[]) => {
      const draft = await describe(service);
      change(draft);
      return canDeploy([service, '--to', environment(), '--candidate', file(draft), ...flags]);
    },
    stop: () => testStack.stop(),
  };
}

/** Today's contract of a service, changed. */
export async function contractOf(service: ServiceName, change: (draft: Draft) => void): Promise<ServiceContract> {
  const { contract }: { contract: ServiceContract } = await describe(service);
  change(contract);
  return contract;
}

const described = new Map<ServiceName, string>();

/** Today's version of a service, to be changed. */
async function describe(service: ServiceName): Promise<Draft> {
  const text = described.get(service) ?? JSON.stringify(await fromCheckout(service));
  described.set(service, text);
  return JSON.parse(text);
}

/** An instance, as far as NATS sees it: it answers what it is told to. */
export async function startNeighbour(
  servers: string,
  { service, info, contract }: { service: ServiceName; info?: unknown; contract: unknown },
): Promise<NatsConnection> {
  const connection = await connect({ servers, ...natsSignIn(service) });
  const subject = `contracts.${service}.neighbour`;
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  const says = info ?? { name: service, id: 'neighbour', endpoints: [{ name: 'contract', subject }] };
  const answers = [
    ['$SRV.>', says],
    [subject, contract],
  ] as const;
  for (const [on, answer] of answers) {
    connection.subscribe(on, {
      callback: (_error, message) => {
        if (answer !== undefined) message.respond(text(answer));
      },
    });
  }
  await connection.flush();
  return connection;
}
