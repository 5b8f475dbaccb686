import { killAtRandom } from './kill-at-random.ts';

export const killReminders = killAtRandom('reminders');
