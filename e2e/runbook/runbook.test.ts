import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { textOf } from '../docs/repository.ts';
import { cases } from './cases.ts';
import { commandsOf } from './commands.ts';
import { type Scene, setScene } from './scene.ts';

const commands = commandsOf(textOf('docs/runbook.md'));

test('every command and query of the runbook has its case, and every case its command', () => {
  expect(Object.keys(cases).toSorted()).toEqual(commands.map(({ text }) => text).toSorted());
});

describe('on a running system', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await setScene();
  }, 1_200_000);
  afterAll(() => scene?.stop());

  test.each(commands)('the runbook works: $text', { timeout: 180_000 }, async ({ text }) => {
    await cases[text]?.(scene, text);
  });
});
