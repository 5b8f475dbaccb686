/**
 * The entry point of every image: replaces itself by Node with the container's arguments, a heap
 * that fits the memory limit, and the code that the build has compiled.
 */
import { mkdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { heapOptions } from './heap-options.mjs';

// Process 1 ignores signals that it does not handle.
process.on('SIGTERM', () => process.exit(0));

// `node` before the arguments is accepted, as with the base image.
const args = process.argv.slice(process.argv[2] === 'node' ? 3 : 2);
const { NODE_OPTIONS = '', ...env } = process.env;
process.execve?.(process.execPath, [process.execPath, ...args], {
  ...env,
  // Options of the deployment come last and win.
  NODE_OPTIONS: [...heapOptions(process.constrainedMemory()), NODE_OPTIONS].join(' ').trim(),
  NODE_COMPILE_CACHE: linkCompiledCode(),
});

/**
 * Node looks for compiled code in a folder named after features of the CPU and the user. The image
 * cannot know either, and V8 does not need them: the code is bytecode (ADR 0024).
 * @returns where Node finds the image's; without a writable folder it compiles what it loads
 */
function linkCompiledCode() {
  const folder = join(tmpdir(), 'compiled');
  const tag = cachedDataVersionTag().toString(16);
  attempt(() => mkdirSync(folder));
  attempt(() =>
    symlinkSync('/app/compiled', join(folder, `${process.version}-${process.arch}-${tag}-${process.getuid?.()}`)),
  );
  return folder;
}

/**
 * It may be there since an earlier start, or nothing can be written.
 * @param {() => void} write
 */
function attempt(write) {
  try {
    write();
  } catch {}
}
