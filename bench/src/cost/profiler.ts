import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { CpuProfile } from './heaviest.ts';

/** Has Node say where its inspector is in the log, on any free port. */
export const inspectable = '--inspect=127.0.0.1:0';

/**
 * Samples where a process spends its CPU.
 * @returns ends the samples
 * @throws when the log names no inspector
 */
export async function startProfiler(logFile: string): Promise<() => Promise<CpuProfile>> {
  const url = /Debugger listening on (ws:\S+)/.exec(await readFile(logFile, 'utf8'))?.[1];
  if (!url) throw new Error(`${logFile} names no inspector`);
  const socket = new WebSocket(url);
  await once(socket, 'open');
  let calls = 0;
  const call = async (method: string) => {
    calls += 1;
    const id = calls;
    socket.send(JSON.stringify({ id, method }));
    for (;;) {
      const [message] = await once(socket, 'message');
      const reply = JSON.parse(message.data);
      if (reply.id === id) return reply.result;
    }
  };
  await call('Profiler.enable');
  await call('Profiler.start');
  return async () => {
    const { profile } = await call('Profiler.stop');
    socket.close();
    return profile;
  };
}
