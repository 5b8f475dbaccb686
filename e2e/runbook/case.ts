import type { Role } from '@punctual/contracts';
import { serviceNames } from '@punctual/devstack';
import { expect } from 'vitest';
import { textOf } from '../docs/repository.ts';
import { runHttp, runShell, runSql } from './run.ts';
import type { Scene } from './scene.ts';

/** Runs one command of the runbook, and fails when it does not do what the runbook says. */
export type Case = (scene: Scene, command: string) => Promise<void>;

/** Values for the words of the runbook that stand for values. */
type Fill = Readonly<Record<string, (scene: Scene) => string | Promise<string>>>;

type Shell = {
  fill?: Fill;
  /** Answers the question of a command that asks, since there is no terminal. */
  yes?: true;
  before?: (scene: Scene) => Promise<unknown>;
  after?: (scene: Scene) => Promise<unknown>;
  cwd?: string;
};

/** A command line that ends with exit code 0 and this output. */
export function prints(expected: RegExp, { fill = {}, yes, before, after, cwd }: Shell = {}): Case {
  return async (scene, command) => {
    await before?.(scene);
    const line = `${await filled(scene, withNpm(command), fill)}${yes ? ' --yes' : ''}`;
    const { code, output } = await runShell(scene, line, cwd === undefined ? {} : { cwd });
    expect({ line, code, output }).toEqual({ line, code: 0, output: expect.stringMatching(expected) });
    await after?.(scene);
  };
}

/** The name of a command of ops. */
export function explainsItself(): Case {
  return (scene, command) => prints(/^Usage: npm run ops -- /m)(scene, `${command} --help`);
}

/** A request that the gateway answers with 2xx. */
export function answers(role: Role, expected: RegExp, fill: Fill = {}, body?: unknown): Case {
  return async (scene, command) => {
    const request = await filled(scene, command, fill);
    const { gateway } = scene.world.stack.addresses.urls;
    const { status, text } = await runHttp(scene, gateway, request, { role, body });
    const refused = status >= 300 ? status : undefined;
    expect({ request, refused, text }).toEqual({ request, text: expect.stringMatching(expected) });
  };
}

/** A request that each service answers with 200. */
export function everyService(expected: RegExp): Case {
  return async (scene, command) => {
    for (const name of serviceNames) {
      const answer = await runHttp(scene, scene.world.stack.addresses.urls[name], command, {});
      expect({ name, ...answer }).toEqual({ name, status: 200, text: expect.stringMatching(expected) });
    }
  };
}

/** A statement that finds or changes at least so many rows, in the database of one service or of each. */
export function finds(least: number, fill: Fill = {}, only?: 'scheduling' | 'payouts'): Case {
  return async (scene, command) => {
    for (const service of only ? [only] : (['scheduling', 'payouts'] as const)) {
      const statement = await filled(scene, command, fill);
      const { count } = await runSql(scene, service, statement);
      expect(count, `${statement} in ${service}`).toBeGreaterThanOrEqual(least);
    }
  };
}

/** A command that takes too long for this test, and where it is tested; here only its name is checked. */
export function testedElsewhere(where: string): Case {
  return async (_scene, command) => {
    const [, script = ''] = /^npm run (\S+)/.exec(command) ?? [];
    expect(Object.keys(JSON.parse(textOf('package.json')).scripts), where).toContain(script);
  };
}

/** Sentences of the runbook name commands of ops without `npm run`. */
export function withNpm(command: string): string {
  return /^(dlq|streams|rebuild-stream) /.test(command) ? `npm run ops -- ${command}` : command;
}

async function filled(scene: Scene, text: string, fill: Fill): Promise<string> {
  let result = text;
  for (const [word, value] of Object.entries(fill)) result = result.replaceAll(word, await value(scene));
  return result;
}
