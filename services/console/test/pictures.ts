/**
 * `node services/console/test/pictures.ts`: runs the tests of the console, and keeps a picture of each
 * page, wide and light, in `docs/images`. It needs Chromium and pngquant.
 */
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const taken = '-1280-light.png';
/** So that the repository stays small. */
const [colours, mostBytes] = ['64', 80_000];

const folder = mkdtempSync(join(tmpdir(), 'punctual-pictures-'));
try {
  const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', 'services/console/test'];
  execFileSync(process.execPath, vitest, { cwd: root, env: { ...process.env, SCREENSHOTS: folder }, stdio: 'inherit' });
  const pictures = globSync(`console-*${taken}`, { cwd: folder });
  if (pictures.length === 0) throw new Error('The tests took no picture. Is there a Chromium?');
  for (const name of pictures) {
    const path = join(root, 'docs/images', name.replace(taken, '.png'));
    execFileSync('pngquant', ['--force', '--nofs', '--output', path, colours, join(folder, name)]);
    if (statSync(path).size > mostBytes) throw new Error(`${path} has more than ${mostBytes} bytes.`);
  }
} finally {
  rmSync(folder, { recursive: true });
}
