import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findCycles, packageEntries } from './cycles.ts';
import { findHomonyms } from './homonyms.ts';
import { measureMessages } from './messages.ts';
import { type CodeMeasurements, printMeasurements } from './print.ts';
import { findLongLines } from './prose.ts';
import { measureSizes } from './sizes.ts';
import { readSourceFiles, trackedFiles } from './source-file.ts';

const usage = 'Usage: npm run measure [-- --commit COMMIT] [--messages] [--json]';
const checkout = fileURLToPath(new URL('../..', import.meta.url));

try {
  const { values } = parseArgs({
    options: {
      commit: { type: 'string' },
      messages: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const measure = (root: string) => ({ ...measureFiles(root), messages: values.messages ? measureMessages(root) : [] });
  const measurements = values.commit ? inCommit(values.commit, measure) : measure(checkout);
  console.log(values.json ? JSON.stringify(measurements) : printMeasurements(measurements));
} catch (error) {
  console.error(error instanceof Error ? error.message : error, `\n${usage}`);
  process.exitCode = 2;
}

function measureFiles(root: string): Omit<CodeMeasurements, 'messages'> {
  const files = readSourceFiles(root);
  return {
    sizes: measureSizes(files),
    homonyms: findHomonyms(files),
    cycles: findCycles(files, packageEntries(root)),
    longLines: findLongLines(root, trackedFiles(root), files),
  };
}

/** Runs `measure` in a temporary work tree of the commit. */
function inCommit<Result>(commit: string, measure: (root: string) => Result): Result {
  const root = join(mkdtempSync(join(tmpdir(), 'punctual-measure-')), 'tree');
  const git = (...args: string[]) => execFileSync('git', args, { cwd: checkout, stdio: ['ignore', 'ignore', 'pipe'] });
  git('worktree', 'add', '--detach', root, commit);
  try {
    return measure(root);
  } finally {
    git('worktree', 'remove', '--force', root);
    rmSync(join(root, '..'), { recursive: true, force: true });
  }
}
