/** What V8's profiler returns; times in microseconds. */
export type CpuProfile = {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  /** Ids of nodes. */
  samples: number[];
  /** Before each sample. */
  timeDeltas: number[];
};

/** Time in a function itself, without what it calls. */
export type SelfTime = { name: string; ms: number };

/** Returns functions with their self time, and packages with that of all their functions, heaviest first. */
export function heaviest({ nodes, samples, timeDeltas }: CpuProfile): {
  busyMs: number;
  functions: SelfTime[];
  packages: SelfTime[];
} {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const functions = new Map<string, number>();
  const packages = new Map<string, number>();
  let busyMs = 0;
  const add = (times: Map<string, number>, name: string, ms: number) => times.set(name, (times.get(name) ?? 0) + ms);
  for (const [index, id] of samples.entries()) {
    const frame = byId.get(id);
    if (!frame || frame.functionName === '(idle)') continue;
    const ms = (timeDeltas[index] ?? 0) / 1_000;
    busyMs += ms;
    add(functions, nameOf(frame), ms);
    add(packages, packageOf(frame), ms);
  }
  const sorted = (times: Map<string, number>) =>
    [...times].map(([name, ms]) => ({ name, ms })).sort((a, b) => b.ms - a.ms);
  return { busyMs, functions: sorted(functions), packages: sorted(packages) };
}

type Frame = CpuProfile['nodes'][number]['callFrame'];

function nameOf(frame: Frame): string {
  const { functionName, url, lineNumber } = frame;
  const name = functionName || '(anonymous)';
  if (url === '') return name;
  return `${name} (${packageOf(frame)} ${url.split('/').at(-1)}:${lineNumber + 1})`;
}

/** A package of npm, a folder of ours, a module of Node, or what has no source. */
function packageOf({ functionName, url }: Frame): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'native';
  if (url.startsWith('node:')) return url;
  const installed = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  return installed ?? /\/((?:services|packages)\/[^/]+)\//.exec(url)?.[1] ?? url;
}
