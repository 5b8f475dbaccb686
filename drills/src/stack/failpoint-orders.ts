import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceName } from '@punctual/devstack';

/** What a process does once at a failpoint: send itself a signal, or wait. */
export type FailpointAction = { do: 'SIGKILL' | 'SIGSTOP' } | { do: 'delay'; ms: number };

/** How a drill controls the processes of the services; `src/inside` is the other end. */
export type FailpointOrders = {
  /** The next process of the service that reaches the failpoint carries out the action. */
  arm(service: ServiceName, failpoint: string, action: FailpointAction): Promise<void>;
  isArmed(service: ServiceName, failpoint: string): Promise<boolean>;
  /** Shifts the clock of one process, within a tenth of a second. */
  setClock(pid: number, offsetMs: number): Promise<void>;
  /** Withdraws all pending orders and resets the clocks. */
  withdraw(): Promise<void>;
};

export function createFailpointOrders(folder: string): FailpointOrders {
  /** Renames into place, so that no process reads half a file. */
  const write = async (path: string, text: string) => {
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  };
  return {
    arm: async (service, failpoint, action) => {
      await mkdir(join(folder, service), { recursive: true });
      await write(join(folder, service, failpoint), JSON.stringify(action));
    },
    isArmed: async (service, failpoint) => {
      const armed = await readdir(join(folder, service)).catch((): string[] => []);
      return armed.includes(failpoint);
    },
    setClock: (pid, offsetMs) => write(join(folder, `clock-${pid}`), String(offsetMs)),
    withdraw: async () => {
      const entries = await readdir(folder);
      await Promise.all(entries.map((entry) => rm(join(folder, entry), { recursive: true, force: true })));
    },
  };
}
