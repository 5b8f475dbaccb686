import { killAtRandom } from './kill-at-random.ts';

export const killScheduling = killAtRandom('scheduling');
