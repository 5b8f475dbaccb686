import type { Caller } from '@punctual/chassis';
import type { CloudEvent, Uuid } from '@punctual/contracts';
import type { Change } from './change.ts';
import { type Cursor, isAfter, moveTo } from './cursor.ts';
import { isOverseer, presentTo, seesAssignment, seesPayout } from './sight.ts';

/** Of one assignment, or the feed of everything that a person may see. */
export type ViewName = 'assignment' | 'feed';

/** Which changes a client follows, and what it sees of them. */
export type View = {
  readonly name: ViewName;
  /** The id whose changes are looked at: an assignment or a person. Undefined for all changes. */
  about: Uuid | undefined;
  /** Whether the client goes on when a stream of events is recreated, from its beginning. */
  survivesRestart: boolean;
  /**
   * Moves the cursor past a change.
   * @returns undefined when the client already has it
   */
  pass(cursor: Cursor, change: Change): Cursor | undefined;
  /** Returns the event as the client sees it; undefined when it does not. */
  show(change: Change): CloudEvent | undefined;
};

/** The changes of all assignments and payouts that the caller may see. Each message is sent once. */
export function viewOfPerson(caller: Caller): View {
  return {
    name: 'feed',
    about: isOverseer(caller) ? undefined : caller.id,
    survivesRestart: false,
    pass: (cursor, change) =>
      isAfter(change, cursor[change.stream]) ? moveTo(cursor, change.stream, change) : undefined,
    show: (change) => (seesAssignment(caller, change.event.data) ? presentTo(caller, change) : undefined),
  };
}

/**
 * The changes of one assignment that scheduling shows to the caller. Each version is sent once, and
 * a late older one is dropped. Customers see no payouts (api.md).
 */
export function viewOfAssignment(caller: Caller, assignmentId: Uuid): View {
  return {
    name: 'assignment',
    about: assignmentId,
    survivesRestart: true,
    pass: (cursor, change) => {
      const { version: last } = cursor[change.stream];
      const version = Number(change.event.sequence);
      // The version of an assignment that was just created is 0.
      const isNewer = version > last || (version === 0 && last === 0);
      if (!isNewer || !isAfter(change, cursor[change.stream])) return undefined;
      return moveTo(cursor, change.stream, change, version);
    },
    show: (change) => {
      if (change.event.partitionkey !== assignmentId) return undefined;
      if (change.stream === 'PAYOUT' && !seesPayout(caller, change.event.data)) return undefined;
      return presentTo(caller, change);
    },
  };
}
