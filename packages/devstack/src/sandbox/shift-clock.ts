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

/**
 * Puts the wall clock of this process ahead of the machine's by this many milliseconds. Timers and
 * `performance.now()` keep the machine's pace.
 */
export function shiftClock(byMs: number): void {
  offsetMs = byMs;
}
