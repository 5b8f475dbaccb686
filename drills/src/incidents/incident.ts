import type { FaultContext, FaultDescription } from '../faults/fault.ts';

/** A fault that lasts until somebody repairs it. */
export type Incident = FaultDescription & {
  /** Begins it. @returns how to repair it */
  begin(context: FaultContext): Promise<Repair>;
};

export type Repair = () => Promise<void>;
