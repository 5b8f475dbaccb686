/** `quick`: all faults together take some minutes. `full`: the real durations. */
export type Pace = 'quick' | 'full';
