import type { DatabaseWork } from './database-work.ts';
import { type PartCost, sumOfRows } from './measure.ts';
import { app, type Traffic } from './traffic.ts';

/** Of one confirm, at one number of connections. */
export type Cost = {
  connections: number;
  perSecond: number;
  parts: Readonly<Record<string, PartCost>>;
  /** What the same parts did at rest in the same time. */
  atRest: Readonly<Record<string, PartCost>>;
  traffic: Traffic;
  databases: Readonly<Record<string, DatabaseWork>>;
};

/** Prints the tables of README.md. */
export function printCost(cost: Cost, log: (line: string) => void): void {
  const { connections, perSecond, parts, atRest, traffic, databases } = cost;
  log(`\nOne confirm at ${connections} connections, ${perSecond.toFixed(0)} a second\n`);
  log('| process | CPU | of these kernel | at rest | socket writes | kB | NATS out, in | commits | WAL kB |');
  log('|---|---|---|---|---|---|---|---|---|');
  const row = (name: string, part: PartCost, rest: PartCost | undefined, commits: number | undefined) => {
    const { cpuMs, kernelMs, socketWrites, bytesWritten, messages, walBytes } = part;
    const cells = [
      `${cpuMs.toFixed(2)} ms`,
      kernelMs.toFixed(2),
      rest?.cpuMs.toFixed(2),
      short(socketWrites),
      short(bytesWritten / 1_000),
      messages.sent || messages.received ? `${short(messages.sent)}, ${short(messages.received)}` : '',
      commits === undefined ? '' : short(commits),
      walBytes ? short(walBytes / 1_000) : '',
    ];
    log(`| ${name} | ${cells.join(' | ')} |`);
  };
  for (const [name, part] of Object.entries(parts)) row(name, part, atRest[name], databases[name]?.commits);
  row(
    'together',
    total(parts),
    total(atRest),
    Object.values(databases).reduce((sum, { commits }) => sum + commits, 0),
  );

  log('\n| connection | writes | kB | writes back | kB back |\n|---|---|---|---|---|');
  const order = [app, ...Object.keys(parts)];
  for (const [edge, { writes, bytes }] of Object.entries(traffic)) {
    const [from = '', to = ''] = edge.split(' → ');
    if (order.indexOf(from) > order.indexOf(to)) continue;
    const back = traffic[`${to} → ${from}`] ?? { writes: 0, bytes: 0 };
    if (writes + back.writes < 0.01) continue;
    log(`| ${edge} | ${[writes, bytes / 1_000, back.writes, back.bytes / 1_000].map(short).join(' | ')} |`);
  }

  log('\n| rows | inserted | updated | of these HOT | deleted |\n|---|---|---|---|---|');
  for (const [name, work] of Object.entries(databases)) {
    for (const [table, { inserted, updated, hot, deleted }] of [
      ...Object.entries(work.tables),
      ['all', sumOfRows(work)] as const,
    ]) {
      if (inserted + updated + deleted < 0.01) continue;
      log(`| ${name}: ${table} | ${[inserted, updated, hot, deleted].map(short).join(' | ')} |`);
    }
  }
}

export function total(parts: Readonly<Record<string, PartCost>>): PartCost {
  const sum = (of: (part: PartCost) => number) => Object.values(parts).reduce((all, part) => all + of(part), 0);
  return {
    cpuMs: sum(({ cpuMs }) => cpuMs),
    kernelMs: sum(({ kernelMs }) => kernelMs),
    socketWrites: sum(({ socketWrites }) => socketWrites),
    bytesWritten: sum(({ bytesWritten }) => bytesWritten),
    messages: { sent: sum(({ messages }) => messages.sent), received: sum(({ messages }) => messages.received) },
    walBytes: sum(({ walBytes }) => walBytes),
  };
}

const short = (value: number): string => (value < 0.005 ? '0' : value.toFixed(value < 10 ? 2 : 1));
