import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { findPromtool } from '@punctual/devstack';
import { beforeAll, expect, test } from 'vitest';
import { planGame } from './plan.ts';
import { describeReveal } from './reveal.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

beforeAll(async () => {
  // The first run on a machine builds it.
  await findPromtool({ log: (line) => process.stdout.write(`${line}\n`) });
}, 1_200_000);

test('a game breaks something, shows pages only, and says what it was and how long its alert took', {
  timeout: 300_000,
}, async () => {
  const seed = seedOf('stream-nearly-full');
  const game = spawn(process.execPath, [main, '--seed', String(seed), '--reveal-after', '20'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const chunk of game.stdout.setEncoding('utf8')) {
    said += chunk;
    const pages = /alerts +(\S+\/alerts)\n/.exec(said)?.[1];
    if (pages && !said.includes('It was')) {
      expect(said).not.toContain('stream-nearly-full');
      expect(await (await fetch(pages)).text()).toContain('StreamFilling');
    }
  }
  if (game.exitCode === null) await once(game, 'exit');
  expect(game.exitCode, said).toBe(0);
  expect(said).toMatch(/It was stream-nearly-full: .+\. It lasted 2\d s\./);
  expect(said).toMatch(/ {2}StreamFilling fired after 1?\d s: docs\/runbook\.md#streamfilling/);
});

test('the answer names alerts that have not fired yet, and what the player said', () => {
  const rules = ['A', 'B'].map((name) => ({ name, annotations: { runbook_url: `runbook#${name}` } }));
  const incident = { name: 'nats-down', what: 'NATS is stopped', alerts: ['A', 'B'] };
  const fired = new Map([['A', 31.4]]);
  expect(describeReveal({ incident, guess: ' the network ', fired, lastedS: 42, rules, seed: 7 })).toBe(`
It was nats-down: NATS is stopped. It lasted 42 s.
You said: the network
  A fired after 31 s: runbook#A
  B had not fired yet: runbook#B
The same again: npm run gameday -- --seed 7`);
});

/** The first seed of this incident that begins soon. */
function seedOf(name: string): number {
  for (let seed = 1; ; seed += 1) {
    const { incident, afterMs } = planGame(seed);
    if (incident.name === name && afterMs < 10_000) return seed;
  }
}
