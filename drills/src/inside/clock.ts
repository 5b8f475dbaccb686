import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from './environment.ts';

/** How long it takes until a clock that was set shows it. */
const lookEveryMs = 100;

const realNow = Date.now;
const realInstant = Temporal.Now.instant;
let offsetMs = 0;

const now = () => realNow() + offsetMs;
globalThis.Date = new Proxy(Date, {
  construct: (target, parameters, newTarget) =>
    Reflect.construct(target, parameters.length === 0 ? [now()] : parameters, newTarget),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
Temporal.Now.instant = () => realInstant().add({ milliseconds: offsetMs });

setInterval(() => {
  try {
    offsetMs = Number(readFileSync(join(folder, `clock-${process.pid}`), 'utf8'));
  } catch {
    offsetMs = 0;
  }
}, lookEveryMs).unref();
