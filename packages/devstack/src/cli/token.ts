/**
 * `npm run token -- --role customer --sub UUID`: prints a token that the running stack accepts, and
 * nothing else.
 */
import { parseArgs } from 'node:util';
import { Role, Uuid } from '@punctual/contracts';
import { readRunningStack, stackFilePath } from '../stack/stack-file.ts';
import type { TokenClaims } from '../token-claims.ts';
import { requestToken } from './request-token.ts';

const usage =
  'Usage: npm run token -- --role customer|provider|finance|ops [--role …] [--sub UUID] [--iss URL] [--aud NAME] [--expires-in SECONDS]';

try {
  const claims = readClaims(process.argv.slice(2));
  process.stdout.write(`${await requestToken(await findIssuer(), claims)}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

function readClaims(args: string[]): TokenClaims {
  const { role, sub, iss, aud, 'expires-in': expiresIn } = readFlags(args);
  const roles = role.map((each) => Role.safeParse(each).data ?? refuse(`Unknown role ${each}.`));
  if (roles.length === 0) refuse('At least one --role is required.');
  if (sub !== undefined && !Uuid.safeParse(sub).success) refuse(`--sub ${sub} is not a UUID.`);
  if (expiresIn !== undefined && !/^-?\d+$/.test(expiresIn))
    refuse(`--expires-in ${expiresIn} is not a whole number of seconds.`);
  return {
    roles,
    ...(sub !== undefined && { sub }),
    ...(iss !== undefined && { iss }),
    ...(aud !== undefined && { aud }),
    ...(expiresIn !== undefined && { expiresIn: Number(expiresIn) }),
  };
}

function readFlags(args: string[]) {
  // parseArgs takes a negative number for a flag unless it follows "=".
  const bound = args.flatMap((arg, index) => {
    if (args[index - 1] === '--expires-in') return [];
    return arg === '--expires-in' && index + 1 < args.length ? [`${arg}=${args[index + 1]}`] : [arg];
  });
  try {
    return parseArgs({
      args: bound,
      options: {
        role: { type: 'string', multiple: true, default: [] },
        sub: { type: 'string' },
        iss: { type: 'string' },
        aud: { type: 'string' },
        'expires-in': { type: 'string' },
      },
    }).values;
  } catch (error) {
    return refuse(error instanceof Error ? (error.message.split('. ')[0] ?? '') : '');
  }
}

function refuse(reason: string): never {
  throw new Error(`${reason.replace(/\.?$/, '.')} ${usage}`);
}

async function findIssuer(): Promise<string> {
  const path = stackFilePath(process.env);
  const stack = await readRunningStack(path);
  if (!stack) throw new Error(`No running stack (${path}). Start one with: npm start`);
  return stack.issuer;
}
