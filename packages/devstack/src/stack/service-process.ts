import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { untilReady } from './readiness.ts';

export type ServiceProcess = {
  readonly name: string;
  readonly url: string;
  /** Undefined while it is down. */
  pid(): number | undefined;
  /**
   * Starts it and keeps it running: a service that dies is started again. Resolves when it is
   * ready.
   */
  start(): Promise<void>;
  /** Resolves when it is ready, again or still. */
  ready(): Promise<void>;
  /**
   * SIGTERM, and SIGKILL to one that does not heed it; it stays down. Resolves when it has ended.
   */
  stop(): Promise<void>;
  /**
   * What a fault does to it: SIGKILL, and the supervision finds out by itself. Resolves when it has
   * died.
   */
  kill(): Promise<void>;
};

export type ServiceProcessOptions = {
  name: string;
  /** Returns the folder that contains its `src/main.ts`; called at each start. */
  folder: () => string;
  url: string;
  environment: Readonly<Record<string, string | undefined>>;
  logFile: string;
  /** Called whenever it has been started or has ended. */
  onChange: () => void;
};

/** A service did not come up; the message is its own last word. */
export class ServiceStartError extends Error {}

const restartDelayMs = { first: 200, longest: 5_000 };
const readyWithinMs = 60_000;
/** Longer than the grace that a service gives itself (`SHUTDOWN_GRACE_MS`). */
const stopWithinMs = 12_000;
const maxReasonLength = 300;

/** One service as a child process under supervision. */
export function createServiceProcess(options: ServiceProcessOptions): ServiceProcess {
  const { name, url } = options;
  let child: ChildProcess | undefined;
  let supervision: { stop: AbortController; ended: Promise<void> } | undefined;

  const runOnce = async () => {
    child = spawnService(options);
    options.onChange();
    await once(child, 'exit').catch((error) => appendFile(options.logFile, `${error}\n`));
    child = undefined;
    options.onChange();
  };
  const keepRunning = async (stopped: AbortSignal, firstEnded: () => void) => {
    let pause = restartDelayMs.first;
    while (!stopped.aborted) {
      const startedAt = performance.now();
      await runOnce();
      firstEnded();
      if (performance.now() - startedAt > restartDelayMs.longest) pause = restartDelayMs.first;
      await delay(pause, undefined, { signal: stopped }).catch(() => undefined);
      pause = Math.min(pause * 2, restartDelayMs.longest);
    }
  };
  const ready = () => untilReady(url, AbortSignal.timeout(readyWithinMs));

  const stop = async () => {
    if (!supervision) return;
    const { stop, ended } = supervision;
    supervision = undefined;
    stop.abort();
    child?.kill('SIGTERM');
    const impatience = setTimeout(() => child?.kill('SIGKILL'), stopWithinMs);
    await ended;
    clearTimeout(impatience);
  };

  return {
    name,
    url,
    pid: () => child?.pid,
    ready,
    stop,
    kill: async () => {
      if (!child) return;
      const died = once(child, 'exit');
      child.kill('SIGKILL');
      await died;
    },
    start: async () => {
      if (supervision) return ready();
      const stopController = new AbortController();
      const firstEnded = new AbortController();
      supervision = { stop: stopController, ended: keepRunning(stopController.signal, () => firstEnded.abort()) };
      try {
        await untilReady(url, AbortSignal.any([AbortSignal.timeout(readyWithinMs), firstEnded.signal]));
      } catch {
        await stop();
        throw new ServiceStartError(`${name} did not become ready: ${await lastWord(options.logFile)}`);
      }
    },
  };
}

function spawnService({ folder, environment, logFile }: ServiceProcessOptions): ChildProcess {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a');
  try {
    return spawn(process.execPath, ['--import', endWithParent, '--import', '@punctual/chassis/otel', 'src/main.ts'], {
      cwd: folder(),
      env: { NODE_COMPILE_CACHE: compiledCode, NODE_OPTIONS: smallHeap, ...environment },
      stdio: ['ignore', log, log, 'ipc'],
      // Its own process group, so that Ctrl-C in a terminal reaches only the parent, which stops
      // all in order.
      detached: true,
    });
  } finally {
    closeSync(log);
  }
}

/**
 * From the second start on, a service finds its code stripped of types and compiled: half the time,
 * and 25 MB less.
 */
const compiledCode = fileURLToPath(new URL('../../../../node_modules/.cache/node', import.meta.url));
/** A young generation of 4 MB: 25 MB less at rest, as in the images. */
export const smallHeap = '--max-semi-space-size=4';
const endWithParent = fileURLToPath(new URL('end-with-parent.ts', import.meta.url));

/** What the last line of a service's log says, in one line, and where the rest is. */
async function lastWord(logFile: string): Promise<string> {
  const last = (await readFile(logFile, 'utf8').catch(() => '')).trim().split('\n').at(-1) || 'it logged nothing';
  return `${wordsOf(last).replace(/\s+/g, ' ').slice(0, maxReasonLength)} (see ${logFile})`;
}

/** A line of a service is JSON as pino writes it; one of Node itself is plain text. */
function wordsOf(line: string): string {
  try {
    const { msg, err } = JSON.parse(line);
    return err ? `${msg}: ${err.message}` : String(msg);
  } catch {
    return line;
  }
}
