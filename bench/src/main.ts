import { parseArgs } from 'node:util';
import { attacksBenchmark } from './benchmarks/attacks.ts';
import { backlogBenchmark } from './benchmarks/backlog.ts';
import { cancelRaceBenchmark } from './benchmarks/cancel-race.ts';
import { confirmBenchmark } from './benchmarks/confirm.ts';
import { costBenchmark } from './benchmarks/cost.ts';
import { drainBenchmark } from './benchmarks/drain.ts';
import { expiryBenchmark } from './benchmarks/expiry.ts';
import { feedBenchmark } from './benchmarks/feed.ts';
import { footprintBenchmark } from './benchmarks/footprint.ts';
import { growthBenchmark } from './benchmarks/growth.ts';
import { latencyBenchmark } from './benchmarks/latency.ts';
import { listsBenchmark } from './benchmarks/lists.ts';
import { raceBenchmark } from './benchmarks/race.ts';
import { readBenchmark } from './benchmarks/read.ts';
import { remindersBenchmark } from './benchmarks/reminders.ts';
import { remindersAtRestBenchmark } from './benchmarks/reminders-at-rest.ts';
import { retentionBenchmark } from './benchmarks/retention.ts';
import { screensBenchmark } from './benchmarks/screens.ts';
import { telemetryBenchmark } from './benchmarks/telemetry.ts';
import type { Benchmark } from './result.ts';

const benchmarks: Record<string, Benchmark> = {
  confirm: confirmBenchmark,
  read: readBenchmark,
  growth: growthBenchmark,
  lists: listsBenchmark,
  expiry: expiryBenchmark,
  drain: drainBenchmark,
  latency: latencyBenchmark,
  backlog: backlogBenchmark,
  race: raceBenchmark,
  reminders: remindersBenchmark,
  'reminders-at-rest': remindersAtRestBenchmark,
  'cancel-race': cancelRaceBenchmark,
  retention: retentionBenchmark,
  attacks: attacksBenchmark,
  screens: screensBenchmark,
  feed: feedBenchmark,
  footprint: footprintBenchmark,
  cost: costBenchmark,
  telemetry: telemetryBenchmark,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, rows: { type: 'string' }, profile: { type: 'boolean' } },
});
const [name = ''] = positionals;
const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;

if (benchmark) {
  const { rows, profile = false } = values;
  const options = { profile, ...(rows !== undefined && { rows: Number(rows) }) };
  const result = await benchmark((line) => console.error(line), options);
  // Compact, for programs; the last line in any case.
  console.log(values.json ? JSON.stringify(result) : JSON.stringify(result, undefined, 2));
} else {
  console.error(`Usage: npm run bench -- ${Object.keys(benchmarks).join('|')} [--json] [--rows N] [--profile]`);
  process.exitCode = 2;
}
