import type { CommandDeps } from '@punctual/chassis/postgres';
import type { ProposalRules } from '../domain/wanted-window.ts';

/** What the commands of this service need. */
export type SchedulingDeps = CommandDeps & {
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

/**
 * The `Retry-After` of limits that wait for a person to act, so nobody knows how long. Too long for
 * a client to repeat the request by itself.
 */
export const retryAfterS = 3_600;
