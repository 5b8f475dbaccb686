/**
 * `npm run clients`: generates clients for Kotlin, Swift, Go and Python from the OpenAPI document,
 * and plays a journey with each against a fresh stack. Exits with 0 when all that this machine has
 * tools for succeeded. `-- go python` selects languages.
 */
import { parseArgs } from 'node:util';
import { runProgram } from '@punctual/devstack';
import { startTestStack } from '@punctual/testkit';
import { type BuildOptions, type GeneratedClient, type Journey, ToolMissing } from './generated-client.ts';
import { go } from './go.ts';
import { journeyEnvironment } from './journey-environment.ts';
import { kotlin } from './kotlin.ts';
import { python } from './python.ts';
import { runTool } from './run-tool.ts';
import { swift } from './swift.ts';
import { writeDocument } from './write-document.ts';

type Built = { client: GeneratedClient; journey: Journey };

const clients: GeneratedClient[] = [go, python, kotlin, swift];
const interrupted = 130;

await runProgram(interrupted, async ({ signal, onEnd }) => {
  const { positionals } = parseArgs({ allowPositionals: true });
  const built: Built[] = [];
  let failures = 0;
  const attempt = async (client: GeneratedClient, work: () => Promise<void>) => {
    await work().catch((error) => {
      signal.throwIfAborted();
      failures += error instanceof ToolMissing ? 0 : 1;
      const result = error instanceof ToolMissing ? 'skipped' : 'failed';
      console.log(`${client.language}: ${result}, ${error.message}`);
    });
  };

  for (const client of chosen(positionals)) {
    await attempt(client, async () => {
      const journey = await build(client, { log: (line) => console.log(`  ${line}`), signal });
      built.push({ client, journey });
    });
  }
  if (built.length === 0) return failures === 0 ? 0 : 1;

  const world = await startTestStack('clients');
  onEnd(world.stop);
  for (const { client, journey } of built) {
    await attempt(client, async () => {
      console.log(`${client.language}: a journey`);
      const env = await journeyEnvironment(world);
      await runTool(journey.command, { cwd: journey.cwd, env, signal, onLine: (line) => console.log(`  ${line}`) });
    });
  }
  return failures === 0 ? 0 : 1;
});

function chosen(languages: string[]): GeneratedClient[] {
  const unknown = languages.find((language) => !clients.some((client) => client.language === language));
  if (unknown)
    throw new Error(`There is no client for ${unknown}: ${clients.map(({ language }) => language).join(' ')}.`);
  return clients.filter(({ language }) => languages.length === 0 || languages.includes(language));
}

async function build(client: GeneratedClient, options: BuildOptions): Promise<Journey> {
  console.log(`${client.language}: ${client.generator}`);
  const startedAt = performance.now();
  const journey = await client.build(await writeDocument(client), options);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`  generated and built in ${seconds} s`);
  return journey;
}
