import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Role } from '@punctual/contracts';
import type { Issuer } from '@punctual/devstack';
import { z } from 'zod';
import type { Accepted, Harvest } from './load.ts';
import { createSender, type Person, type Sent } from './send.ts';

/** What a journey works with. */
export type Stage = {
  readonly ended: AbortSignal;
  person(role: Role, id?: string): Promise<Person>;
  /** Gives a command and keeps in mind that it was accepted; undefined when it was refused. */
  command(name: string, aggregate: Accepted['aggregate'], sent: Omit<Sent, 'method'>): Promise<Aggregate | undefined>;
  look(by: Person, path: string): Promise<Aggregate | undefined>;
  create(by: Person, path: string, body: object): Promise<Aggregate>;
  /** Ends early with the load. */
  wait(ms: number): Promise<void>;
  close(): Promise<void>;
};

/** What a journey needs to know of a job, an assignment or a payout. */
const Aggregate = z.looseObject({
  id: z.string(),
  status: z.string(),
  scheduleVersion: z.number().optional(),
  version: z.number().optional(),
});
export type Aggregate = z.infer<typeof Aggregate>;

export function createStage(deps: {
  gateways: readonly string[];
  issuer: Issuer;
  harvest: Harvest;
  ended: AbortSignal;
}): Stage {
  const { harvest, ended } = deps;
  const sender = createSender(deps.gateways);

  const ask = async (sent: Sent) => {
    const answer = await sender.insist(sent);
    if (answer.status >= 500)
      throw new Error(`${sent.method} ${sent.path} was answered ${JSON.stringify(answer.body)}`);
    return answer;
  };
  return {
    ended,
    person: async (role, id = randomUUID()) => ({ id, token: await deps.issuer.token({ roles: [role], sub: id }) }),
    command: async (command, aggregate, sent) => {
      const { status, body } = await ask({ ...sent, method: 'POST' });
      if (status >= 300) {
        harvest.refused += 1;
        return undefined;
      }
      const after = Aggregate.parse(body);
      const version = after.scheduleVersion ?? after.version ?? 0;
      harvest.accepted.push({ aggregate, id: after.id, version, command });
      return after;
    },
    look: async (by, path) => {
      const { status, body } = await ask({ by, method: 'GET', path });
      return status === 200 ? Aggregate.parse(body) : undefined;
    },
    create: async (by, path, body) => {
      const answer = await ask({ by, method: 'POST', path, body });
      if (answer.status !== 201)
        throw new Error(`POST ${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      return Aggregate.parse(answer.body);
    },
    wait: (ms) => delay(ms, undefined, { signal: ended }).catch(() => undefined),
    close: () => sender.close(),
  };
}
