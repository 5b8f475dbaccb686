import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceName } from '@punctual/devstack';

/**
 * What a process does once at a failpoint: send itself a signal, or wait. `kill-each-time` also makes
 * an event that is at hand there deadly: it ends each process that handles it.
 */
export type FailpointAction = { do: 'SIGKILL' | 'SIGSTOP' | 'kill-each-time' } | { do: 'delay'; ms: number };

/** An event that ends the processes of a service, and how many it has ended. */
export type DeadlyEvent = { id: string; kills: number };

/** How a drill controls the processes of the services; `src/inside` is the other end. */
export type FailpointOrders = {
  /** The next process of the service that reaches the failpoint carries out the action. */
  arm(service: ServiceName, failpoint: string, action: FailpointAction): Promise<void>;
  isArmed(service: ServiceName, failpoint: string): Promise<boolean>;
  /** The event that `kill-each-time` has chosen, once it has. */
  deadlyEvent(service: ServiceName): Promise<DeadlyEvent | undefined>;
  /** The event no longer ends a process. */
  cure(service: ServiceName): Promise<void>;
  /** Shifts the clock of one process, within a tenth of a second. */
  setClock(pid: number, offsetMs: number): Promise<void>;
  /** Withdraws all pending orders and resets the clocks. */
  withdraw(): Promise<void>;
};

/** Holds a file for each deadly event of the service, with a byte for each process that it ended. */
export function deadlyFolder(folder: string, service: string): string {
  return join(folder, 'deadly', service);
}

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
    deadlyEvent: async (service) => {
      const [id] = await readdir(deadlyFolder(folder, service)).catch((): string[] => []);
      if (id === undefined) return undefined;
      return { id, kills: (await stat(join(deadlyFolder(folder, service), id))).size };
    },
    cure: (service) => rm(deadlyFolder(folder, service), { recursive: true, force: true }),
    setClock: (pid, offsetMs) => write(join(folder, `clock-${pid}`), String(offsetMs)),
    withdraw: async () => {
      const entries = await readdir(folder);
      await Promise.all(entries.map((entry) => rm(join(folder, entry), { recursive: true, force: true })));
    },
  };
}
