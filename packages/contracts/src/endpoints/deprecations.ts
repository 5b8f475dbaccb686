import type { Deprecation } from './endpoint.ts';

/** `POST …/schedule/check` answers the same, and its answer has one shape. */
export const dryRun: Deprecation = { since: '2026-11-30', sunset: '2027-11-30' };
