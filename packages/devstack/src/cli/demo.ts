/** `npm run demo`: the journey on servers of its own and free ports; ends with 0 when it ended as it should, else with 1 and the reason. */
import { preparePlay } from './play.ts';
import { runProgram } from './program.ts';

const interrupted = 130;

await runProgram(interrupted, async (program) => {
  const { journey, screen, logDir } = await preparePlay(program, { gatewayPort: 0 });
  try {
    await journey();
    return 0;
  } catch (error) {
    if (!program.signal.aborted) screen.failure(`${error instanceof Error ? error.message : error} (logs: ${logDir})`);
    return 1;
  }
});
