import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { DeployableName, MetricsUrls, ServiceUrls } from './services.ts';

/**
 * Where everything of a running stack is. Scripts depend on these names (`.punctual/stack.json`).
 */
export type StackDescription = ServiceUrls & {
  /** Where `/metrics` is served, if it is. */
  metrics?: MetricsUrls;
  nats: string;
  postgres: { scheduling: string; payouts: string };
  mongo: string;
  issuer: string;
  jwks: string;
  paymentProvider: 'manual' | 'stripe';
  pids: Partial<Record<DeployableName, number>>;
};

export type StackFile = {
  /** Replaces the file as a whole: a reader sees the old or the new, never a half. */
  write(description: StackDescription): Promise<void>;
  remove(): Promise<void>;
};

/** `.punctual/stack.json` of this checkout, unless the environment names another file. */
export function stackFilePath(environment: Readonly<Record<string, string | undefined>>): string {
  return environment.PUNCTUAL_STACK_FILE || fileURLToPath(new URL('../../../../.punctual/stack.json', import.meta.url));
}

/**
 * The file under a path that this stack has to itself. Writes follow one another, a removal comes
 * last.
 */
export function createStackFile(path: string): StackFile {
  let last: Promise<unknown> = Promise.resolve();
  const afterTheLast = (work: () => Promise<void>) => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
  return {
    write: (description) =>
      afterTheLast(async () => {
        await mkdir(dirname(path), { recursive: true });
        const draft = `${path}.${process.pid}`;
        await writeFile(draft, `${JSON.stringify(description, undefined, 2)}\n`, { mode: 0o600 });
        await rename(draft, path);
      }),
    remove: () => afterTheLast(() => rm(path, { force: true })),
  };
}

/** What others need of a stack that runs. */
export type RunningStack = Pick<StackDescription, 'gateway' | 'nats' | 'issuer'>;

/**
 * What the file says of the stack that runs, or undefined when there is none: no file, or one left
 * over from a stack that was killed.
 */
export async function readRunningStack(path: string): Promise<RunningStack | undefined> {
  const description = await readFile(path, 'utf8')
    .then((text) => Description.safeParse(JSON.parse(text)).data)
    .catch(() => undefined);
  if (!description) return undefined;
  const { jwks, ...stack } = description;
  return (await answers(jwks)) ? stack : undefined;
}

const Description = z.object({ gateway: z.string(), nats: z.string(), issuer: z.string(), jwks: z.string() });

/**
 * The issuer lives in the process of the stack itself, so it answers exactly as long as the stack
 * runs.
 */
async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}
