import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findGoProgram, Unavailable } from '@punctual/devstack';
import { z } from 'zod';
import type { ClientOperation } from './client-operation.ts';

const source = fileURLToPath(new URL('../../linearizability', import.meta.url));

const Anomaly = z.object({
  id: z.string(),
  operations: z.number(),
  undecided: z.boolean(),
  state: z.string(),
  unexplained: z.string(),
  picture: z.string().optional(),
});

/** The history of an assignment whose answers no order of its operations explains. */
export type Anomaly = z.infer<typeof Anomaly>;

/** Finds the assignments whose answers no order of their operations explains. */
export type FindAnomalies = (operations: readonly ClientOperation[]) => Promise<Anomaly[]>;

/**
 * Builds the checker, once on a machine.
 * @param pictures the folder for a page about each anomaly
 * @returns undefined without Go, after one line that says so
 */
export async function openLinearizability(
  pictures: string,
  log: (line: string) => void,
): Promise<FindAnomalies | undefined> {
  try {
    const program = await findGoProgram(source, { log });
    return (operations) => findAnomalies(program, pictures, operations);
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    log(`I9 is not checked: ${error.message}`);
    return undefined;
  }
}

async function findAnomalies(
  program: string,
  pictures: string,
  operations: readonly ClientOperation[],
): Promise<Anomaly[]> {
  await mkdir(pictures, { recursive: true });
  const output = await runWithInput(
    [program, '-folder', relative('', pictures)],
    operations.filter(isOfAssignment).map(toLine),
  );
  const lines = output.split('\n').filter(Boolean);
  return lines.map((line) => Anomaly.parse(JSON.parse(line)));
}

function isOfAssignment({ aggregate }: ClientOperation): boolean {
  return aggregate === 'assignment';
}

/** Whole microseconds, rounded to the longer time: an operation must not seem shorter than it was. */
function toLine(operation: ClientOperation): string {
  const answered = operation.return === undefined ? undefined : Math.ceil(operation.return * 1_000);
  return JSON.stringify({ ...operation, call: Math.floor(operation.call * 1_000), return: answered });
}

function runWithInput([program = '', ...args]: string[], lines: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { maxBuffer: Number.POSITIVE_INFINITY }, (error, output) => {
      if (error) reject(error);
      else resolve(output);
    });
    child.stdin?.end(lines.join('\n'));
  });
}
