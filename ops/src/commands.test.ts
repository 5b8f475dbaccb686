import { expect, test } from 'vitest';
import type { Context } from './cli/command.ts';
import { readInput } from './cli/read-input.ts';
import { commands } from './commands.ts';

/** No server answers: an invalid command line is refused before any request. */
const context: Context = {
  environment: { NATS_URL: 'nats://ops:S3cr3t@127.0.0.1:9' },
  print: () => {},
  say: () => {},
  agree: async () => false,
};

async function run(line: string): Promise<void> {
  const command = commands.find(({ name }) => line.startsWith(name));
  if (!command) throw new Error(`there is no command for ${line}`);
  await command.run(context, readInput(command, line.slice(command.name.length).split(' ').filter(Boolean)));
}

const replay = 'replay --consumer payouts-schedule';

test.each([
  ['explain', 'ASSIGNMENT is missing.'],
  ['explain mine', '“mine” is not an assignment id.'],
  ['dlq list all', 'Unexpected argument: all.'],
  ['dlq list --sequence 0', '--sequence 0 is not a positive whole number.'],
  ['dlq list --from yesterday', '--from yesterday is not a time'],
  ['dlq list --from 2026-11-23T00:00Z --to 2026-11-23T00:00Z', 'is not before --to 2026-11-23T00:00:00Z.'],
  ['dlq show --assignment mine', '“mine” is not an assignment id.'],
  ['dlq redrive --yes', 'Choose dead letters by a filter, or --all.'],
  ['dlq redrive --all --consumer payouts-schedule', 'Choose dead letters by a filter, or --all.'],
  ['dlq drop --consumer > --yes', '“>” is not a consumer name.'],
  ['dlq drop --consumer= --yes', '“” is not a consumer name.'],
  ['replay', '--consumer is missing.'],
  [replay, '--from is missing.'],
  ['replay --consumer a.b --from 2026-11-20T00:00Z', '“a.b” is not a consumer name.'],
  [`${replay} --from 2026-11-20T00:00Z --assignment mine`, '“mine” is not an assignment id.'],
  [`${replay} --from 2026-11-20T00:00Z --to 2026-11-19T00:00Z`, 'is not before --to'],
  ['erase-person', '--id is missing.'],
  ['erase-person --id me --yes', '“me” is not a person id.'],
  ['rebuild-stream', '--stream is missing.'],
  ['rebuild-stream --stream DLQ', '--stream DLQ must be one of'],
])('%s is refused with a reason', async (line, reason) => {
  await expect(run(line)).rejects.toMatchObject({ name: 'WrongUse', message: expect.stringContaining(reason) });
});

test('a command fails with one line when NATS does not answer', async () => {
  await expect(run('dlq list')).rejects.toMatchObject({
    name: 'Error',
    message: expect.stringMatching(/^Cannot reach NATS at nats:\/\/127\.0\.0\.1:9: .+$/),
  });
});
