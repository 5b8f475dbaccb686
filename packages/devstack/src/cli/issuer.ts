/**
 * The token issuer as a separate process, for the compose file. For development only: any client
 * that reaches it gets any token.
 */
import { once } from 'node:events';
import { z } from 'zod';
import { startIssuer } from '../issuer.ts';
import { runProgram } from './program.ts';

const Environment = z.object({
  HOST: z.string(),
  PORT: z.coerce.number().int(),
  ISSUER: z.url(),
  /** Further names by which it is addressed: `issuer:8080`, several with commas. */
  ISSUER_HOSTS: z.string().default(''),
});

await runProgram(0, async (program) => {
  const { HOST, PORT, ISSUER, ISSUER_HOSTS } = Environment.parse(process.env);
  const hosts = ISSUER_HOSTS.split(',').filter((host) => host !== '');
  const issuer = await startIssuer({ host: HOST, port: PORT, issuer: ISSUER, hosts });
  program.onEnd(issuer.stop);
  console.log(`Issues tokens as ${issuer.issuer}, keys at ${issuer.jwksUrl}`);
  await once(program.signal, 'abort');
  return 0;
});
