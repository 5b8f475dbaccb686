import { type DeclaredStream, declarationOf, declaredStreams, streamInfo } from '@punctual/chassis';
import { declareReaders } from '@punctual/operations';
import type { CommandInput, Context, OpsCommand } from '../cli/command.ts';
import { findSystem, type System } from '../system/find-system.ts';
import { type Nats, withNats } from '../system/with-nats.ts';
import { differencesOf, updateTo } from './plan.ts';
import { watchStreams } from './watch.ts';

export const applyStreams: OpsCommand = {
  name: 'streams apply',
  about: 'declares all streams with their limits; services wait for them',
  details: [
    'Creates missing streams and updates the others to STREAM_REPLICAS, STREAM_MAX_AGE_DAYS and STREAM_MAX_BYTES. Running it again changes nothing.',
    'A stream that would shrink (age, bytes, replicas, subjects) stays unchanged unless --yes is given.',
    '--watch keeps running, declares lost streams again within ten seconds, and exports how full each stream is.',
  ].join('\n'),
  flags: {
    watch: { about: 'keep the streams declared until stopped' },
    yes: { about: 'also shrink streams' },
  },
  run: async (context, input) => {
    const system = await findSystem(context.environment);
    if (input.has('watch')) return watchStreams(context, system, (nats) => apply(context, input, { system, nats }));
    const refused = await withNats(system, (nats) => apply(context, input, { system, nats }));
    if (refused.length > 0)
      throw new Error(`Not changed, because messages could be lost: ${refused.join(', ')}. Add --yes.`);
  },
};

/**
 * Prints each step before it is done.
 * @returns the streams that stay unchanged because they would shrink
 */
async function apply(
  { print }: Context,
  input: CommandInput,
  { system, nats }: { system: System; nats: Nats },
): Promise<DeclaredStream[]> {
  const refused: DeclaredStream[] = [];
  for (const name of declaredStreams) {
    const wanted = declarationOf(name, system.streams);
    const info = await streamInfo(nats, name);
    if (!info) {
      print(`${name}: create`);
      await nats.manager.streams.add({ name, ...wanted });
      continue;
    }
    const differences = differencesOf(info.config, wanted);
    if (differences.length === 0) {
      print(`${name}: unchanged`);
      continue;
    }
    for (const { setting, from, to, shrinks } of differences) {
      print(`${name}: ${setting} ${from} -> ${to}${shrinks ? ' (shrinks)' : ''}`);
    }
    if (differences.some(({ shrinks }) => shrinks) && !input.has('yes')) refused.push(name);
    else await nats.manager.streams.update(name, updateTo(wanted));
  }
  for (const line of await declareReaders(nats, system.streams)) print(line);
  return refused;
}
