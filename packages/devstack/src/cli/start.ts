/** `npm start`: servers, services and the journey; stays up until Ctrl-C, which stops all that it started. */
import { once } from 'node:events';
import { gatewayPort } from '../stack/ports.ts';
import { preparePlay } from './play.ts';
import { runProgram } from './program.ts';
import { tellWhatToTry } from './what-to-try.ts';

const defaultGatewayPort = 8080;

await runProgram(0, async (program) => {
  const port = await gatewayPort(Number(process.env.GATEWAY_PORT || defaultGatewayPort));
  const { journey, screen, ...play } = await preparePlay(program, { gatewayPort: port });
  const end = await journey().catch((error) => {
    if (!program.signal.aborted) screen.failure(`${error instanceof Error ? error.message : error}`);
    return undefined;
  });
  if (program.signal.aborted) return 0;
  await tellWhatToTry({ screen, ...play, end });
  await once(program.signal, 'abort');
  screen.line('\nStopping …');
  return 0;
});
