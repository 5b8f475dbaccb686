import type { OutboxRelay } from '@punctual/chassis';
import { DomainError } from '@punctual/chassis/domain';
import { type Claim, type CommandRequest, type Database, recallAnswer } from '@punctual/chassis/postgres';
import { z } from 'zod';
import type { ProposalRules } from '../domain/propose.ts';

export type CommandDeps = {
  database: Database;
  relay: OutboxRelay;
  now: () => Temporal.Instant;
  newId: () => string;
  rules: ProposalRules;
  limits: Limits;
  linkBase: string;
};

/** What one person may ask of others, so that nobody is flooded. */
export type Limits = {
  /** Proposals of one side for an assignment. */
  proposalsPerHour: number;
  /** Assignments that a customer gave to one provider who has not answered. */
  openPerPair: number;
  /** Open and assigned jobs of a customer. */
  openJobs: number;
};

/** An answer as it is given, and given again. */
export const Answer = z.object({
  body: z.unknown(),
  version: z.number().optional(),
  location: z.string().optional(),
});
export type Answer = z.infer<typeof Answer>;

/** The answer to an accepted command; `replayed` when it was given before. */
export type Outcome = Answer & { replayed?: boolean };

/**
 * The answer that this request got before.
 * @throws DomainError `idempotency-in-flight`, `idempotency-key-reused`
 */
export function recall(claim: Claim | undefined): Outcome | undefined {
  const kept = recallAnswer(claim);
  return kept === undefined ? undefined : { ...Answer.parse(kept), replayed: true };
}

/**
 * @param version undefined when there is nothing yet that could have one
 * @throws DomainError `precondition-failed`
 */
export function requireMatch({ ifMatch }: CommandRequest, version: number | undefined): void {
  if (ifMatch === undefined || ifMatch === '*' || ifMatch === String(version)) return;
  throw new DomainError('precondition-failed', `If-Match names version ${ifMatch}, which is not the current one.`);
}
