import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startSupervised } from '@punctual/devstack';

/** Long-running programs of one cluster; their logs are in `folder`/logs. */
export type Daemons = {
  readonly folder: string;
  /** Says how to release what a program leaves behind. */
  onEnd(release: () => Promise<void>): void;
  start(name: string, command: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Daemon>;
};

export type Daemon = { stop(): Promise<void> };

/** @param onEnd is told how to stop each */
export function createDaemons(folder: string, onEnd: Daemons['onEnd']): Daemons {
  return {
    folder,
    onEnd,
    start: async (name, command, args, env = {}) => {
      await mkdir(join(folder, 'logs'), { recursive: true });
      let isStopping = false;
      const started = await startSupervised({
        command: [command, ...args],
        stopSignal: 'TERM',
        logFile: join(folder, 'logs', `${name}.log`),
        env: { ...process.env, ...env },
      });
      void started.exited.then((code) => {
        if (!isStopping) console.error(`${name} ended with ${code}; its log is in ${folder}/logs`);
      });
      const stop = () => {
        isStopping = true;
        return started.stop();
      };
      onEnd(stop);
      return { stop };
    },
  };
}
