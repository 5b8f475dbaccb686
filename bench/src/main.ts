import { parseArgs } from 'node:util';
import { attacks } from './benchmarks/attacks.ts';
import { backlog } from './benchmarks/backlog.ts';
import { cancelRace } from './benchmarks/cancel-race.ts';
import { confirm } from './benchmarks/confirm.ts';
import { drain } from './benchmarks/drain.ts';
import { expiry } from './benchmarks/expiry.ts';
import { growth } from './benchmarks/growth.ts';
import { latency } from './benchmarks/latency.ts';
import { race } from './benchmarks/race.ts';
import { read } from './benchmarks/read.ts';
import { reminders } from './benchmarks/reminders.ts';
import { remindersAtRest } from './benchmarks/reminders-at-rest.ts';
import type { Benchmark } from './result.ts';

const benchmarks: Record<string, Benchmark> = {
  confirm,
  read,
  growth,
  expiry,
  drain,
  latency,
  backlog,
  race,
  reminders,
  'reminders-at-rest': remindersAtRest,
  'cancel-race': cancelRace,
  attacks,
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } });
const [name = ''] = positionals;
const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;

if (benchmark) {
  const result = await benchmark((line) => console.error(line));
  // Compact, for programs; the last line in any case.
  console.log(values.json ? JSON.stringify(result) : JSON.stringify(result, undefined, 2));
} else {
  console.error(`Usage: npm run bench -- ${Object.keys(benchmarks).join('|')} [--json]`);
  process.exitCode = 2;
}
