import { readdir } from 'node:fs/promises';
import { readProcess } from '../process-cpu.ts';

const programs = new Set(['mongod', 'ferretdb', 'postgres']);

/**
 * Returns the CPU seconds of the store: all processes with these names that descend from this one.
 * Undefined when the store runs elsewhere, as in a container.
 */
export async function storeCpuSeconds(): Promise<number | undefined> {
  const pids = (await readdir('/proc').catch(() => [])).map(Number).filter(Number.isInteger);
  const all = (await Promise.all(pids.map(readProcess))).filter((each) => each !== undefined);
  const parents = new Map(all.map(({ pid, parent }) => [pid, parent]));
  const isOurs = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === process.pid || isOurs(parent));
  };
  const store = all.filter(({ pid, name }) => programs.has(name) && isOurs(pid));
  return store.length === 0
    ? undefined
    : store.reduce((total, { ownSeconds, endedSeconds }) => total + ownSeconds + endedSeconds, 0);
}
