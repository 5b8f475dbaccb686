import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServiceName } from '@punctual/devstack';

/** What a process does at a failpoint, once: a signal to itself, or wait. */
export type Action = { do: 'SIGKILL' | 'SIGSTOP' } | { do: 'delay'; ms: number };

/** How a drill reaches into the processes of the services; `src/inside` is the other end. */
export type Orders = {
  /** The next process of the service that comes to this moment does so. */
  arm(service: ServiceName, failpoint: string, action: Action): Promise<void>;
  isArmed(service: ServiceName, failpoint: string): Promise<boolean>;
  /** Puts the clock of one process off, within a tenth of a second. */
  setClock(pid: number, offsetMs: number): Promise<void>;
  /** Takes back all that is not carried out yet, and puts the clocks right. */
  withdraw(): Promise<void>;
};

export function createOrders(folder: string): Orders {
  /** By rename: nobody reads half a file. */
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
