import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Role } from '@punctual/contracts';
import type { Issuer } from '@punctual/devstack';
import { z } from 'zod';
import type { Random } from '../random.ts';
import type { DrillUser, Sender, UserRequest } from './retrying-sender.ts';

/** One user's story from beginning to end, or until the load ends. */
export type UserJourney = (context: JourneyContext, random: Random) => Promise<void>;

/** A command that got a 2xx response: its effect must never be lost. */
export type AcceptedCommand = { aggregate: 'assignment' | 'payout'; id: string; version: number; command: string };

/** `wrong` lists responses that must not occur, whatever the fault. */
export type LoadResult = { accepted: AcceptedCommand[]; refused: number; wrong: string[] };

export type JourneyContext = {
  readonly ended: AbortSignal;
  user(role: Role, id?: string): Promise<DrillUser>;
  /** Sends a command and records it as accepted; undefined when it was refused. */
  command(
    name: string,
    aggregate: AcceptedCommand['aggregate'],
    sent: Omit<UserRequest, 'method'>,
  ): Promise<AggregateBody | undefined>;
  get(by: DrillUser, path: string): Promise<AggregateBody | undefined>;
  create(by: DrillUser, path: string, body: object): Promise<AggregateBody>;
  /** Resolves early when the load ends. */
  wait(ms: number): Promise<void>;
  close(): Promise<void>;
};

/** The fields of a job, an assignment or a payout that journeys use. */
const AggregateBody = z.looseObject({
  id: z.string(),
  status: z.string(),
  scheduleVersion: z.number().optional(),
  version: z.number().optional(),
});
export type AggregateBody = z.infer<typeof AggregateBody>;

export function createJourneyContext(deps: {
  sender: Sender;
  issuer: Issuer;
  result: LoadResult;
  ended: AbortSignal;
}): JourneyContext {
  const { sender, result, ended } = deps;

  const ask = async (sent: UserRequest) => {
    const answer = await sender.send(sent);
    if (answer.status >= 500)
      throw new Error(`${sent.method} ${sent.path} was answered ${JSON.stringify(answer.body)}`);
    return answer;
  };
  return {
    ended,
    user: async (role, id = randomUUID()) => ({ id, token: await deps.issuer.token({ roles: [role], sub: id }) }),
    command: async (command, aggregate, sent) => {
      const { status, body } = await ask({ ...sent, method: 'POST' });
      if (status >= 300) {
        result.refused += 1;
        return undefined;
      }
      const after = AggregateBody.parse(body);
      const version = after.scheduleVersion ?? after.version ?? 0;
      result.accepted.push({ aggregate, id: after.id, version, command });
      return after;
    },
    get: async (by, path) => {
      const { status, body } = await ask({ by, method: 'GET', path });
      return status === 200 ? AggregateBody.parse(body) : undefined;
    },
    create: async (by, path, body) => {
      const answer = await ask({ by, method: 'POST', path, body });
      if (answer.status !== 201)
        throw new Error(`POST ${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      return AggregateBody.parse(answer.body);
    },
    wait: (ms) => delay(Math.max(0, ms), undefined, { signal: ended }).catch(() => undefined),
    close: () => sender.close(),
  };
}
