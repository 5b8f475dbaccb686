import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { docker } from '../compose/docker.ts';
import { findPinnedImages } from '../compose/pinned-images.ts';
import { pauseImage } from './node.ts';

export const registry = 'punctual.test';
export const services = ['gateway', 'scheduling', 'reminders', 'payouts'] as const;
export type Service = (typeof services)[number];
/** Two tags of one build, so that an upgrade replaces pods. */
export const tags = ['1.1.0', '1.1.1'] as const;

/** Builds the images of this checkout with Docker. @returns their names */
export async function buildImages(binaries: string, log: (line: string) => void): Promise<string[]> {
  const { NODE_IMAGE } = await findPinnedImages(['NODE_IMAGE'], log);
  const names: string[] = [];
  for (const name of [...services, 'ops']) {
    log(`image ${name}`);
    const images = tags.map((tag) => `${registry}/${name}:${tag}`);
    const options = ['--target', name === 'ops' ? 'ops' : 'service', '--build-arg', `SERVICE=${name}`];
    const named = images.flatMap((image) => ['--tag', image]);
    await docker(
      [
        'build',
        '--quiet',
        '-f',
        'deploy/Dockerfile',
        ...options,
        '--build-arg',
        `NODE_IMAGE=${NODE_IMAGE}`,
        ...named,
        '.',
      ],
      { DOCKER_BUILDKIT: '1' },
    );
    names.push(...images);
  }
  await buildPause(join(binaries, 'pause'));
  return [...names, pauseImage];
}

async function buildPause(program: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'punctual-pause-'));
  await cp(program, join(folder, 'pause'));
  await writeFile(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY pause /pause\nENTRYPOINT ["/pause"]\n');
  await docker(['build', '--quiet', '--tag', pauseImage, folder]);
  await rm(folder, { recursive: true });
}
