import { readFile } from 'node:fs/promises';
import { startTestStack, type TestStack } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ToolMissing } from './generated-client.ts';
import { go } from './go.ts';
import { journeyEnvironment } from './journey-environment.ts';
import { kotlin } from './kotlin.ts';
import { python } from './python.ts';
import { runTool } from './run-tool.ts';
import { swift } from './swift.ts';
import { writeDocument } from './write-document.ts';

let world: TestStack;

beforeAll(async () => {
  world = await startTestStack('generated-clients');
});

afterAll(() => world?.stop());

// A cold machine downloads and compiles the generator first: a minute of CPU.
test.for([go, python])(
  'the client that $generator generates plays a journey',
  { timeout: 600_000 },
  async (client, { skip }) => {
    const journey = await client.build(await writeDocument(client), { log: console.log }).catch((error) => {
      if (error instanceof ToolMissing) return skip(error.message);
      throw error;
    });
    const env = await journeyEnvironment(world);
    const output = await runTool(journey.command, { cwd: journey.cwd, env });
    expect(output).toContain('stale If-Match: 412, the current version is 1\n');
    expect(output).toContain('taken window: 409, a free one starts at');
    expect(output).toContain('dispute and payout: BLOCKED 3000000000 IDR\n');
  },
);

test('the README names the version of each generator', async () => {
  const readme = await readFile(new URL('../../examples/clients/README.md', import.meta.url), 'utf8');
  for (const { generator } of [go, python, kotlin, swift]) expect(readme).toContain(generator);
});
