/**
 * `npm start`: servers, services and the journey; stays up until Ctrl-C, which stops all that it
 * started.
 */
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { gatewayPort } from '../stack/gateway-port.ts';
import { preparePlay } from './play.ts';
import { runProgram } from './program.ts';
import { tellWhatToTry } from './what-to-try.ts';

const defaultGatewayPort = 8080;
const Instances = z.coerce.number().int().min(1).max(9);

await runProgram(0, async (program) => {
  const flag = { type: 'boolean', default: false } as const;
  const { clock, observe } = parseArgs({ options: { clock: flag, observe: flag } }).values;
  const port = await gatewayPort(Number(process.env.GATEWAY_PORT || defaultGatewayPort));
  const instances = Instances.safeParse(process.env.PUNCTUAL_INSTANCES || 1).data;
  if (!instances) throw new Error('PUNCTUAL_INSTANCES must be a whole number from 1 to 9.');
  const { journey, screen, ...play } = await preparePlay(program, {
    gatewayPort: port,
    instances,
    console: true,
    clock,
    observe,
  });
  const end = await journey().catch((error) => {
    if (!program.signal.aborted) screen.failure(`${error instanceof Error ? error.message : error}`);
    return undefined;
  });
  if (program.signal.aborted) return 0;
  await tellWhatToTry({ screen, ...play, end, clock });
  if (!program.signal.aborted) await once(program.signal, 'abort');
  screen.line('\nStopping …');
  return 0;
});
