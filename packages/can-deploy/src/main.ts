/**
 * `npm run can-deploy -- SERVICE --to ENV`: exits with 0 for yes, 1 for no, 2 if it cannot tell or
 * does not understand the command line.
 */
import { inspect, parseArgs } from 'node:util';
import { reasonOf } from '@punctual/chassis';
import { type Candidate, fromCheckout, fromFile } from './candidate.ts';
import { type Decision, decide } from './decide.ts';
import { readEnvironment } from './environment.ts';
import { CannotTell } from './finding.ts';
import { report } from './report.ts';
import { services } from './repository.ts';

const usage = `Usage: npm run can-deploy -- SERVICE --to ENV [--days 30] [--candidate FILE] [--json]
       npm run -s can-deploy -- SERVICE --describe > FILE

Compares the version of SERVICE (${services.join(', ')}) in this checkout with what runs in ENV.

  --to ENV           local, the name of a file in deploy/environments, or a path to one
  --days NUMBER      how long an operation of the API must be unused to be removed (30)
  --candidate FILE   another version: what --describe printed in its checkout
  --describe         print what this checkout publishes, reads and answers
  --json             print JSON

Exit code: 0 yes, 1 no, 2 cannot tell.`;

/** The command line is invalid. */
class WrongUse extends Error {}

const exitCodes = { yes: 0, no: 1, unknown: 2 } as const satisfies Record<Decision['answer'], number>;

process.exitCode = await run(process.argv.slice(2));

async function run(args: string[]): Promise<number> {
  try {
    const { values, positionals } = readArguments(args);
    if (values.help) return print(usage, 0);
    const service = serviceOf(positionals);
    const candidate = values.candidate ? fromFile(values.candidate, service) : await fromCheckout(service);
    if (values.describe) return print(JSON.stringify(candidate), 0);
    return await answer(candidate, values);
  } catch (error) {
    say(reasonOf(error));
    if (error instanceof WrongUse) say(`\n${usage}`);
    else if (!(error instanceof CannotTell)) say(inspect(error));
    return 2;
  }
}

async function answer(candidate: Candidate, values: ReturnType<typeof readArguments>['values']): Promise<number> {
  if (values.to === undefined) throw new WrongUse('--to is missing.');
  if (!/^[1-9]\d{0,3}$/.test(values.days)) throw new WrongUse('--days must be a whole number from 1 to 9999.');
  const decision = await decide(candidate, readEnvironment(values.to), Number(values.days));
  return print(values.json ? toJson(decision) : report(decision), exitCodes[decision.answer]);
}

function toJson({ candidate, ...decision }: Decision): string {
  const { service, version, revision } = candidate;
  return JSON.stringify({ ...decision, candidate: { service, version, revision } }, undefined, 2);
}

function readArguments(args: string[]) {
  const options = {
    to: { type: 'string' },
    days: { type: 'string', default: '30' },
    candidate: { type: 'string' },
    describe: { type: 'boolean' },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  } as const;
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new WrongUse(reasonOf(error).split('. ')[0]);
  }
}

function serviceOf([service = '', ...more]: string[]): string {
  if (more.length > 0) throw new WrongUse(`Unexpected argument: ${more[0]}.`);
  if ((services as readonly string[]).includes(service)) return service;
  throw new WrongUse(service === '' ? 'SERVICE is missing.' : `There is no service ${service}.`);
}

function print(text: string, code: number): number {
  process.stdout.write(`${text}\n`);
  return code;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
