import type { UserJourney } from '../load/journey.ts';
import type { Random } from '../random.ts';
import type { DrillStack } from '../stack/drill-stack.ts';
import type { Pace } from '../stack/pace.ts';

/** A fault that a drill injects while users work, and that ends by itself. */
export type Fault = FaultDescription & {
  /** Injects the fault and returns when it is over; `DrillStack.heal` undoes what it leaves. */
  inject(context: FaultContext): Promise<void>;
};

export type FaultDescription = {
  name: string;
  /** One line for `--list` and the README. */
  what: string;
  /**
   * The alerts that it raises at full length, and no others. None when it ends before people notice.
   */
  alerts: readonly string[];
  /**
   * Set when a database forgets commits that clients have seen. Which, and for how long, it tells
   * `DrillStack.noteLoss`; from then until it is repaired, answers need not hold.
   */
  losesCommits?: true;
  /**
   * Set when REMINDER is refilled, or goes on after a restored store: numbers may be left out or out of
   * order, in later drills too. Subscribers compare them (ADR 0039).
   */
  refillsReminder?: true;
  /**
   * Why it fails now and then, and is left out unless `--only` names it: what is not repaired yet must
   * not hide what breaks next.
   */
  knownToFail?: string;
  /** Left out of quick runs unless `--only` names it: it takes long, or another fault is like it. */
  isOnlyFull?: true;
  /** Runs on a stack with three NATS servers, and a replica of each stream on each. */
  onCluster?: true;
  /** Gives a server a small disk, which takes root on Linux. */
  needsSmallDisk?: true;
  /** The journeys of the users meanwhile; a mix of all when left out. */
  journeys?: readonly UserJourney[];
};

export type FaultContext = { stack: DrillStack; random: Random; pace: Pace };
