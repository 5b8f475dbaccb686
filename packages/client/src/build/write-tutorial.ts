import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const readme = join(import.meta.dirname, '../../README.md');
const signIn = '// sign-in.ts\n';

/** Writes the code of the README as `tutorial.ts` and `sign-in.ts`. */
export function writeTutorial(folder: string): void {
  const blocks = [...readFileSync(readme, 'utf8').matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'tutorial.ts'), blocks.filter((code) => !code.startsWith(signIn)).join('\n'));
  writeFileSync(join(folder, 'sign-in.ts'), blocks.find((code) => code.startsWith(signIn)) ?? '');
}

if (import.meta.main) writeTutorial(process.argv[2] ?? '.');
