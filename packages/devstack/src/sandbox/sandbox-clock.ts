import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { smallHeap } from '../stack/service-process.ts';
import { advanceClock } from './advance-clock.ts';
import { startClockServer } from './clock-server.ts';
import { lookEveryMs, offsetFileVariable, sandboxUrlVariable } from './environment.ts';
import { shiftClock } from './shift-clock.ts';
import { openStackState, type StackAddresses } from './stack-state.ts';

const insideService = fileURLToPath(new URL('inside-service.ts', import.meta.url));
/** Until every process has looked at the file; one that is slower follows within a step. */
const noticedAfterMs = 3 * lookEveryMs;

export type SandboxClock = {
  /** For every service of the stack. */
  environment: Readonly<Record<string, string>>;
  /** From now on the clock can be moved: the databases are there. */
  follow(stack: StackAddresses): Promise<void>;
  stop(): Promise<void>;
};

/**
 * A clock for one development stack that `POST /sandbox/clock` at the gateway advances for all
 * services together, and for this process, which issues their tokens. Servers keep their own time.
 */
export async function startSandboxClock(): Promise<SandboxClock> {
  const folder = await mkdtemp(join(tmpdir(), 'punctual-clock-'));
  const file = join(folder, 'offset');
  let offsetMs = 0;
  let state: Awaited<ReturnType<typeof openStackState>> | undefined;

  const now = () => Temporal.Now.instant();
  const move = async (byMs: number) => {
    offsetMs += byMs;
    // A reader never sees half a number.
    await writeFile(`${file}.new`, String(offsetMs));
    await rename(`${file}.new`, file);
    shiftClock(offsetMs);
    await delay(noticedAfterMs);
  };
  const server = await startClockServer({
    now,
    advance: async (duration) => {
      if (!state) throw new Error('The stack is still starting.');
      const target = now().toZonedDateTimeISO('UTC').add(duration).toInstant();
      await advanceClock({ now, move }, state, target);
    },
  });
  return {
    environment: {
      NODE_OPTIONS: `${smallHeap} --import ${insideService}`,
      [offsetFileVariable]: file,
      [sandboxUrlVariable]: server.url,
    },
    follow: async (stack) => {
      state = await openStackState(stack);
    },
    stop: async () => {
      await server.stop();
      await state?.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
