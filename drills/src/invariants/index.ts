import { committedIsPublished } from './i1-committed-is-published.ts';
import { publishedIsCommitted } from './i2-published-is-committed.ts';
import { versionsDenseAndInOrder } from './i3-versions-dense-and-in-order.ts';
import { oneEffect } from './i4-one-effect.ts';
import { noOverlap } from './i5-no-overlap.ts';
import { legalPayouts } from './i6-legal-payouts.ts';
import { nothingStaleSent } from './i7-nothing-stale-sent.ts';
import { noMessageLost } from './i8-no-message-lost.ts';
import { linearizable } from './i9-linearizable.ts';
import { noOverlapSeen } from './i10-no-overlap-seen.ts';
import { readsNeverGoBack } from './i11-reads-never-go-back.ts';
import { changesInOrder } from './i12-changes-in-order.ts';
import type { ObservedState } from './state.ts';

/** What must hold after any fault. */
export const invariants = {
  I1: committedIsPublished,
  I2: publishedIsCommitted,
  I3: versionsDenseAndInOrder,
  I4: oneEffect,
  I5: noOverlap,
  I6: legalPayouts,
  I7: nothingStaleSent,
  I8: noMessageLost,
  I9: linearizable,
  I10: noOverlapSeen,
  I11: readsNeverGoBack,
  I12: changesInOrder,
} as const satisfies Record<string, (state: ObservedState) => string[]>;

export type Invariant = keyof typeof invariants;

/** Those about what clients were answered. */
export const clientInvariants: readonly string[] = ['I9', 'I10', 'I11', 'I12'] satisfies Invariant[];

/** `general`: other failures, such as a 500 response or a stack that does not become idle. */
export type Violation = { invariant: Invariant | 'general'; text: string };

export function checkInvariants(state: ObservedState): Violation[] {
  return Object.entries(invariants).flatMap(([invariant, violations]) =>
    violations(state).map((text) => ({ invariant: invariant as Invariant, text })),
  );
}
