import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Role } from '@punctual/contracts';
import type { Issuer } from '@punctual/devstack';
import { z } from 'zod';
import { type Command, type History, recordHistory } from '../history/record-history.ts';
import type { Random } from '../random.ts';
import type { DefiniteResponse, DrillUser, Sender, UserRequest } from './retrying-sender.ts';

/** One user's story from beginning to end, or until the load ends. */
export type UserJourney = (context: JourneyContext, random: Random) => Promise<void>;

/** A command that got a 2xx response: its effect must never be lost. When it was sent and answered, by `performance.now()`. */
export type AcceptedCommand = {
  aggregate: 'assignment' | 'payout';
  id: string;
  version: number;
  command: string;
  call: number;
  return: number;
};

/** `wrong` lists responses that must not occur, whatever the fault. */
export type LoadResult = { accepted: AcceptedCommand[]; refused: number; wrong: string[]; history: History };

/** An assignment with the two users it concerns. */
export type TestAssignment = { customer: DrillUser; provider: DrillUser; jobId: string; assignmentId: string };

export type JourneyContext = {
  readonly ended: AbortSignal;
  user(role: Role, id?: string): Promise<DrillUser>;
  /** Sends a command and records it as accepted; undefined when it was refused. */
  command(command: Command, sent: Omit<UserRequest, 'method'>): Promise<AggregateBody | undefined>;
  /** Reads one aggregate, or a list; undefined when it was refused. */
  read(by: DrillUser, path: string): Promise<AggregateBody | undefined>;
  create(by: DrillUser, path: string, body: object): Promise<AggregateBody>;
  /** Makes an assignment known to the users who only read. */
  show(assignment: TestAssignment): void;
  /** The assignments that were shown last. */
  readonly shown: readonly TestAssignment[];
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

const mostShown = 32;

/** What a journey goes on with is gone, since a database forgot it. */
export class Forgotten extends Error {}

/** @param deps.forgets whether what was created may be gone: then the journey ends without a fault */
export function createJourneyContext(deps: {
  sender: Sender;
  issuer: Issuer;
  ended: AbortSignal;
  forgets: boolean;
}): JourneyContext & { result: LoadResult } {
  const { sender, ended } = deps;
  const recorded = recordHistory(sender);
  const result: LoadResult = { accepted: [], refused: 0, wrong: [], history: recorded.history };
  const shown: TestAssignment[] = [];

  return {
    result,
    ended,
    user: async (role, id = randomUUID()) => ({ id, token: await deps.issuer.token({ roles: [role], sub: id }) }),
    command: async (command, sent) => {
      const request: UserRequest = { ...sent, method: 'POST' };
      const call = performance.now();
      const { status, body } = withoutFault(request, await recorded.command(command, request));
      if (status >= 300) {
        result.refused += 1;
        return undefined;
      }
      const after = AggregateBody.parse(body);
      const version = after.scheduleVersion ?? after.version ?? 0;
      const answered = { call, return: performance.now() };
      result.accepted.push({ aggregate: command.aggregate, id: after.id, version, command: command.name, ...answered });
      return after;
    },
    read: async (by, path) => {
      const request: UserRequest = { by, method: 'GET', path };
      const { status, body } = withoutFault(request, await recorded.read(request));
      return status === 200 ? AggregateBody.safeParse(body).data : undefined;
    },
    create: async (by, path, body) => {
      const answer = await recorded.create({ by, method: 'POST', path, body });
      if (answer.status === 404 && deps.forgets) throw new Forgotten(path);
      if (answer.status !== 201)
        throw new Error(`POST ${path} was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      return AggregateBody.parse(answer.body);
    },
    show: (assignment) => {
      shown.push(assignment);
      if (shown.length > mostShown) shown.shift();
    },
    shown,
    wait: (ms) => delay(Math.max(0, ms), undefined, { signal: ended }).catch(() => undefined),
    close: () => sender.close(),
  };
}

/** @throws for a response that must not occur */
function withoutFault({ method, path }: UserRequest, answer: DefiniteResponse): DefiniteResponse {
  if (answer.status < 500) return answer;
  throw new Error(`${method} ${path} was answered ${JSON.stringify(answer.body)}`);
}
