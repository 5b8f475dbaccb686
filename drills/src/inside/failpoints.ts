import { subscribe } from 'node:diagnostics_channel';
import { existsSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FailpointAction } from '../stack/failpoint-orders.ts';
import { folder, service } from './environment.ts';

/** Published by `packages/chassis/src/process/failpoint.ts`. */
type FailpointMoment = { name: string; until: Promise<void> | undefined };

subscribe('punctual:failpoint', (message) => {
  const moment = message as FailpointMoment;
  const action = take(join(folder, service, moment.name));
  if (action === undefined) return;
  if (action.do === 'delay') moment.until = delay(action.ms);
  else process.kill(process.pid, action.do);
});

/** An order is for one process of the service: the first one to remove the file. */
function take(file: string): FailpointAction | undefined {
  if (!existsSync(file)) return undefined;
  try {
    const action: FailpointAction = JSON.parse(readFileSync(file, 'utf8'));
    unlinkSync(file);
    return action;
  } catch {
    return undefined;
  }
}
