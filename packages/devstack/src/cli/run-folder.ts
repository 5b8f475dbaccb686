import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createStackFile, readRunningStack, type StackFile, stackFilePath } from '../stack/stack-file.ts';

export type RunFolder = { logDir: string; stackFile?: StackFile };

/**
 * Where a run leaves what others look for: `.punctual/` of the checkout. It belongs to one running
 * stack at a time; a second one keeps out of the first one's way, is not found by `npm run token`,
 * and logs to a temporary folder.
 */
export async function takeRunFolder(): Promise<RunFolder> {
  const path = stackFilePath(process.env);
  if (await readRunningStack(path)) return { logDir: await mkdtemp(join(tmpdir(), 'punctual-logs-')) };
  return { logDir: join(dirname(path), 'logs'), stackFile: createStackFile(path) };
}
