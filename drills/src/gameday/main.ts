/**
 * `npm run gameday`: breaks something in a stack under load, shows alerts and dashboards only, and
 * says at the end what it was. `--reveal-after` says after how many seconds, without a player.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findPromtool, runProgram, startMetricPages } from '@punctual/devstack';
import { openPrometheusApi } from '@punctual/pages';
import { quietWithinMs } from '../alerts/alert-drill.ts';
import { startMonitoring } from '../alerts/monitoring.ts';
import { startObservedLoad } from '../alerts/observed-load.ts';
import { createRandom } from '../random.ts';
import { startDrillStack } from '../stack/drill-stack.ts';
import { listenToPlayer } from './answer.ts';
import { planGame } from './plan.ts';
import { describeReveal } from './reveal.ts';

const options = { seed: { type: 'string' }, 'reveal-after': { type: 'string', default: '600' } } as const;

await runProgram(0, async ({ signal, onEnd }) => {
  const { values } = parseArgs({ options });
  const seed = Number(values.seed ?? Math.floor(Math.random() * 1e6));
  const revealAfterS = Number(values['reveal-after']);
  if (Number.isNaN(seed) || Number.isNaN(revealAfterS)) throw new Error('--seed and --reveal-after take a number.');
  const { incident, afterMs } = planGame(seed);

  const log = (line: string) => console.log(line);
  await findPromtool({ log, signal });
  const stack = await startDrillStack({ name: 'gameday', pace: 'full', observed: true, log });
  onEnd(stack.stop);
  const random = createRandom(seed);
  // The users end with this process: while something is broken they would retry for minutes.
  startObservedLoad(stack, random.fork());
  const monitoring = await startMonitoring(stack);
  onEnd(monitoring.stop);
  const pages = await startMetricPages(monitoring);
  onEnd(pages.stop);
  log('Waiting until all alerts are quiet.');
  await monitoring.untilQuiet(quietWithinMs);

  log(`
Game day. Users are at work, and within a minute something breaks. Find out what.
  alerts      ${pages.url}/alerts
  dashboards  ${pages.url}/dashboards
  runbook     docs/runbook.md
Type what it is and press Enter. The answer comes then, or after ${revealAfterS} s.`);
  const player = listenToPlayer(process.stdin, () => log('Nothing is broken yet.'));
  onEnd(async () => player.close());
  await delay(afterMs, undefined, { signal });

  const recording = monitoring.record();
  await incident.begin({ stack, random: random.fork(), pace: 'full' });
  const startedAt = performance.now();
  const guess = await player.answer(revealAfterS * 1_000, signal);
  await recording.stop();
  const rules = await openPrometheusApi(monitoring.url).alerts();
  const lastedS = (performance.now() - startedAt) / 1_000;
  log(describeReveal({ incident, guess, fired: recording.fired, lastedS, rules, seed }));
  return 0;
});
