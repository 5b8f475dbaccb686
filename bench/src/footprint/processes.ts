import { readdir, readFile } from 'node:fs/promises';
import { type ProcessStat, readProcess } from '../process-cpu.ts';

/** Processes that count as one: a service, or a server with its children. */
export type Usage = { cpuSeconds: number; kernelSeconds: number; memoryMb: number };

/** What each part uses now; parts that run elsewhere, as in a container, are missing. */
export async function usageOf(parts: Readonly<Record<string, readonly number[]>>): Promise<Record<string, Usage>> {
  const all = await descendants();
  const usages: Record<string, Usage> = {};
  for (const [name, roots] of Object.entries(parts)) {
    const own = all.filter(({ pid, ancestors }) => [pid, ...ancestors].some((each) => roots.includes(each)));
    if (own.length === 0) continue;
    const memory = await Promise.all(own.map(({ pid }) => memoryMb(pid)));
    usages[name] = {
      cpuSeconds: own.reduce((total, { ownSeconds, endedSeconds }) => total + ownSeconds + endedSeconds, 0),
      kernelSeconds: own.reduce((total, { kernelSeconds }) => total + kernelSeconds, 0),
      memoryMb: memory.reduce((total, each) => total + each, 0),
    };
  }
  return usages;
}

/** The processes with one of these names that descend from this one, but not from `except`. */
export async function pidsOf(names: readonly string[], except?: number): Promise<number[]> {
  const all = await descendants();
  const others = all.filter(({ pid, ancestors }) => except === undefined || ![pid, ...ancestors].includes(except));
  return others.filter(({ name }) => names.includes(name)).map(({ pid }) => pid);
}

async function descendants(): Promise<(ProcessStat & { ancestors: number[] })[]> {
  const pids = (await readdir('/proc').catch(() => [])).map(Number).filter(Number.isInteger);
  const all = (await Promise.all(pids.map(readProcess))).filter((each) => each !== undefined);
  const parents = new Map(all.map(({ pid, parent }) => [pid, parent]));
  const ancestorsOf = (pid: number): number[] => {
    const parent = parents.get(pid);
    return parent === undefined ? [] : [parent, ...ancestorsOf(parent)];
  };
  return all
    .map((each) => ({ ...each, ancestors: ancestorsOf(each.pid) }))
    .filter(({ ancestors }) => ancestors.includes(process.pid));
}

/** A process's share of memory: pages that several processes share count once in total. */
async function memoryMb(pid: number): Promise<number> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) / 1024;
}
