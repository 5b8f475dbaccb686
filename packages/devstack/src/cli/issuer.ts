/** The token issuer as a process of its own, for the compose file. For development only: whoever reaches it gets any token. */
import { once } from 'node:events';
import { z } from 'zod';
import { startIssuer } from '../issuer.ts';
import { runProgram } from './program.ts';

const Environment = z.object({ HOST: z.string(), PORT: z.coerce.number().int(), ISSUER: z.url() });

await runProgram(0, async (program) => {
  const { HOST, PORT, ISSUER } = Environment.parse(process.env);
  const issuer = await startIssuer({ host: HOST, port: PORT, issuer: ISSUER });
  program.onEnd(issuer.stop);
  console.log(`Tokens of ${issuer.issuer}, keys at ${issuer.jwksUrl}`);
  await once(program.signal, 'abort');
  return 0;
});
