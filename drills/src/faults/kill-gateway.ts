import { killAtRandom } from './kill-at-random.ts';

export const killGateway = killAtRandom('gateway');
