import { parseArgs } from 'node:util';
import setUpSharedServers from '@punctual/testkit/vitest-setup';
import { describeLoad } from '../under-load/steady-load.ts';
import { type Period, type RollingResult, rollNats, rollServices } from './measure-rolling.ts';

const usage = 'Usage: npm run test:rolling -- [--only services|nats] [--rounds N] [--rate PER_SECOND]';
const shownViolations = 20;

const runs = { services: rollServices, nats: rollNats } as const;
const what = { services: 'each instance of each service', nats: 'each of three NATS servers' } as const;

const { only, rounds, rate } = readArguments();
const options = { rounds: Number(rounds), perSecond: Number(rate), log: (line: string) => console.log(`  ${line}`) };
if (!(options.rounds >= 1 && options.perSecond > 0)) refuse('--rounds and --rate must be numbers of at least 1');

const stopServers = await setUpSharedServers();
try {
  for (const name of ['services', 'nats'] as const) {
    if (only !== undefined && only !== name) continue;
    console.log(`Restarting ${what[name]} ${options.rounds} times, with ${options.perSecond} requests a second:`);
    const result = await runs[name](options);
    print(result);
    if (result.violations.length > 0) process.exitCode = 1;
  }
} finally {
  await stopServers();
}

function print({ quiet, rolling, changes, violations }: RollingResult): void {
  console.log(`  before the restarts: ${describePeriod(quiet)}`);
  console.log(`  during the restarts: ${describePeriod(rolling)}`);
  for (const text of violations.slice(0, shownViolations)) console.log(`    ${text}`);
  console.log(`  ${changes} changes in a live feed, ${violations.length} violations`);
}

/** A machine that is too busy to send as often as it should shows in the seconds. */
function describePeriod({ outcomes, seconds }: Period): string {
  return `${describeLoad(outcomes)}; ${seconds.toFixed(0)} s`;
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string' },
        rounds: { type: 'string', default: '10' },
        rate: { type: 'string', default: '100' },
      },
    });
    if (values.only !== undefined && !(values.only in runs)) refuse(`Unknown: ${values.only}`);
    return values;
  } catch (error) {
    return refuse((error as Error).message);
  }
}

function refuse(reason: string): never {
  console.error(`${reason}\n${usage}`);
  process.exit(2);
}
