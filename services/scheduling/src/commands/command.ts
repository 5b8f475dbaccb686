import { createHash } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { OutboxRelay } from '@punctual/chassis';
import { DomainError } from '@punctual/chassis/domain';
import type { Caller } from '../domain/authorize.ts';
import type { ProposalRules } from '../domain/propose.ts';
import type { Database } from '../persistence/database.ts';
import { type Answer, claimKey, type IdempotencyKey, recallAnswer } from '../persistence/idempotency.ts';

export type CommandDeps = {
  database: Database;
  relay: OutboxRelay;
  now: () => Temporal.Instant;
  newId: () => string;
  rules: ProposalRules;
  linkBase: string;
  idempotencyKeptHours: number;
};

/** What every command knows of the request that it came with. */
export type CommandRequest = {
  caller: Caller;
  idempotencyKey: string | undefined;
  /** `*`, or the version inside the tag. */
  ifMatch: string | undefined;
  method: string;
  /** With the query. */
  path: string;
  body: unknown;
};

/** The answer to an accepted command; `replayed` when it was given before. */
export type Outcome = Answer & { replayed?: boolean };

/** An idempotency key that this transaction tried to take. */
export type Claim = IdempotencyKey & { readonly mine: boolean };

/** Takes the request's key, if it has one. Before anything is locked, so that a second request does not wait for the first. */
export async function claim(em: EntityManager, request: CommandRequest): Promise<Claim | undefined> {
  if (request.idempotencyKey === undefined) return undefined;
  const key = { callerId: request.caller.id, key: request.idempotencyKey, fingerprint: fingerprint(request) };
  return { ...key, mine: await claimKey(em, key) };
}

/**
 * The answer that this request got before. Comes after sight and role, and before preconditions.
 * @throws DomainError `idempotency-in-flight`, `idempotency-key-reused`
 */
export async function recall(
  em: EntityManager,
  deps: CommandDeps,
  claimed: Claim | undefined,
): Promise<Outcome | undefined> {
  if (!claimed) return undefined;
  if (!claimed.mine) throw new DomainError('idempotency-in-flight', 'The same request is still being answered.');
  const answer = await recallAnswer(em, claimed, deps.now().subtract({ hours: deps.idempotencyKeptHours }));
  return answer && { ...answer, replayed: true };
}

/**
 * @param version undefined when there is nothing yet that could have one
 * @throws DomainError `precondition-failed`
 */
export function requireMatch({ ifMatch }: CommandRequest, version: number | undefined): void {
  if (ifMatch === undefined || ifMatch === '*' || ifMatch === String(version)) return;
  throw new DomainError('precondition-failed', `If-Match names version ${ifMatch}, which is not the current one.`);
}

function fingerprint({ method, path, body }: CommandRequest): string {
  return createHash('sha256')
    .update(`${method} ${path}\n${JSON.stringify(body ?? {})}`)
    .digest('hex');
}
