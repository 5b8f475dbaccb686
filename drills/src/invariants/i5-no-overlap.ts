import type { ObservedState } from './state.ts';

/** I5: no two confirmed windows of a provider overlap. */
export function noOverlap({ scheduling }: ObservedState): string[] {
  return scheduling.overlaps.map(
    ({ one, other, providerId }) => `provider ${providerId} is to be at two places: assignments ${one} and ${other}`,
  );
}
