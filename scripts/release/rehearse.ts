import { globSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runIn } from './run-in.ts';

/**
 * Does something in a scratch clone of the commit that is checked out, with the packages installed
 * here, and removes the clone.
 */
export function rehearse<T>(root: string, action: (clone: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'punctual-release-'));
  const clone = join(folder, 'punctual');
  try {
    runIn(folder, 'git', ['clone', '--quiet', root, clone]);
    for (const modules of globSync(['node_modules', '{packages,services}/*/node_modules'], { cwd: root })) {
      symlinkSync(join(root, modules), join(clone, modules));
    }
    return action(clone);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
