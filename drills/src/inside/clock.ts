import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shiftClock } from '@punctual/devstack/shift-clock';
import { folder } from './environment.ts';

const pollEveryMs = 100;

setInterval(() => {
  try {
    shiftClock(Number(readFileSync(join(folder, `clock-${process.pid}`), 'utf8')));
  } catch {
    shiftClock(0);
  }
}, pollEveryMs).unref();
