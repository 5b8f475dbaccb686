import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type SourceFile = {
  path: string;
  part: 'product' | 'tooling';
  role: 'source' | 'test';
  text: string;
  lines: string[];
};

/** Reads every tracked TypeScript and JavaScript file under `root` that a person wrote. */
export function readSourceFiles(root: string): SourceFile[] {
  return trackedFiles(root)
    .filter((path) => /\.(ts|mjs)$/.test(path))
    .map((path) => readSourceFile(root, path))
    .filter(({ text }) => !text.startsWith('// Generated '));
}

export function trackedFiles(root: string): string[] {
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 1e8 } as const;
  return (
    execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '.'], options)
      .split('\n')
      .filter(Boolean)
      // A deleted file stays in git's index until the deletion is staged.
      .filter((path) => existsSync(join(root, path)))
  );
}

export function linesOf(text: string): string[] {
  return text.replace(/\n$/, '').split('\n');
}

function readSourceFile(root: string, path: string): SourceFile {
  return toSourceFile(path, readFileSync(join(root, path), 'utf8'));
}

export function toSourceFile(path: string, text: string): SourceFile {
  const product = /^(packages\/(contracts|client|chassis)|services)\//.test(path);
  const test = /\.test\.ts$|\/test\//.test(path);
  return {
    path,
    part: product ? 'product' : 'tooling',
    role: test ? 'test' : 'source',
    text,
    lines: linesOf(text),
  };
}
