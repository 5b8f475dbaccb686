import { readFile } from 'node:fs/promises';

const ticksPerSecond = 100;

/** Returns the CPU seconds of a process since its start; undefined without /proc. */
export async function cpuSeconds(pid: number): Promise<number | undefined> {
  return (await readProcess(pid))?.ownSeconds;
}

/** CPU seconds since its start. */
export type ProcessStat = {
  pid: number;
  name: string;
  parent: number;
  ownSeconds: number;
  /** Of its children that have exited. */
  endedSeconds: number;
  /** Of both, in system calls. */
  kernelSeconds: number;
};

export async function readProcess(pid: number): Promise<ProcessStat | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  const nameEnd = stat.lastIndexOf(')');
  const fields = stat.slice(nameEnd + 2).split(' ');
  const seconds = (...ticks: (string | undefined)[]) =>
    ticks.reduce((total, each) => total + Number(each) / ticksPerSecond, 0);
  return {
    pid,
    name: stat.slice(stat.indexOf('(') + 1, nameEnd),
    parent: Number(fields[1]),
    ownSeconds: seconds(fields[11], fields[12]),
    endedSeconds: seconds(fields[13], fields[14]),
    kernelSeconds: seconds(fields[12], fields[14]),
  };
}
