import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync, existsSync, mkdirSync, readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { deadlyFolder, type FailpointAction } from '../stack/failpoint-orders.ts';
import { folder, service } from './environment.ts';

/** Published by `packages/chassis/src/process/failpoint.ts`. */
type FailpointMoment = { name: string; events: () => readonly string[]; until: Promise<void> | undefined };

const deadly = deadlyFolder(folder, service);

subscribe('punctual:failpoint', (message) => {
  const moment = message as FailpointMoment;
  const killer = moment.events().find((id) => existsSync(join(deadly, id)));
  if (killer !== undefined) dieOf(killer);
  const action = take(join(folder, service, moment.name));
  if (action === undefined) return;
  if (action.do === 'delay') moment.until = delay(action.ms);
  else if (action.do === 'kill-each-time') dieOf(moment.events()[0]);
  else process.kill(process.pid, action.do);
});

function dieOf(event: string | undefined): void {
  if (event === undefined) throw new Error('No event is at hand at this failpoint.');
  mkdirSync(deadly, { recursive: true });
  appendFileSync(join(deadly, event), '.');
  process.kill(process.pid, 'SIGKILL');
}

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
