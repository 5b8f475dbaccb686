import { subscribe } from 'node:diagnostics_channel';
import { existsSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Action } from '../orders.ts';
import { folder, service } from './environment.ts';

/** As `packages/chassis/src/process/failpoint.ts` publishes it. */
type Moment = { name: string; until: Promise<void> | undefined };

subscribe('punctual:failpoint', (message) => {
  const moment = message as Moment;
  const action = take(join(folder, service, moment.name));
  if (action === undefined) return;
  if (action.do === 'delay') moment.until = delay(action.ms);
  else process.kill(process.pid, action.do);
});

/** An order is carried out once, by whichever process of the service gets to the moment first: who removes the file has it. */
function take(file: string): Action | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const action: Action = JSON.parse(readFileSync(file, 'utf8'));
    unlinkSync(file);
    return action;
  } catch {
    return undefined;
  }
}
