/**
 * `npm run demo`: plays the journey on its own servers and free ports. Exits with 0 when every step
 * succeeded, else with 1 and the reason. With `-- --stack FILE` it uses the running stack that the
 * file describes.
 */
import { parseArgs } from 'node:util';
import { createScreen } from '../story/screen.ts';
import { preparePlay } from './play.ts';
import { playOnRunning } from './play-on-running.ts';
import { type Program, runProgram } from './program.ts';

const interrupted = 130;

await runProgram(interrupted, async (program) => {
  const { stack } = parseArgs({ options: { stack: { type: 'string' } } }).values;
  return stack === undefined ? onItsOwn(program) : onRunning(program, stack);
});

async function onItsOwn(program: Program): Promise<number> {
  const { journey, screen, logDir } = await preparePlay(program, { gatewayPort: 0 });
  try {
    await journey();
    return 0;
  } catch (error) {
    if (!program.signal.aborted) screen.failure(`${error instanceof Error ? error.message : error} (logs: ${logDir})`);
    return 1;
  }
}

async function onRunning(program: Program, path: string): Promise<number> {
  await playOnRunning(program, { path, screen: createScreen(process.stdout) });
  return 0;
}
