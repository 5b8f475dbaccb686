import { killAtRandom } from './kill-at-random.ts';

export const killPayouts = killAtRandom('payouts');
