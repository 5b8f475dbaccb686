/**
 * `node e2e/observability/pictures.ts`: starts `npm start -- --observe`, plays visits for three minutes,
 * and takes a picture of each dashboard into `docs/images`. The pictures are of the development stack's
 * pages, which draw the files of Grafana. It needs pngquant.
 */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Role } from '@punctual/contracts';
import { findChromium, requestToken, runProgram } from '@punctual/devstack';
import { dashboards } from '@punctual/monitoring';
import { createJourney, createUser, eventually, type Journey } from '@punctual/testkit';
import { startBrowser } from '@punctual/testkit/browser';
import { startProgram } from '../start-program.ts';
import { root } from './containers.ts';

/** How far back the pictures show, and how long visits are played. */
const [shownMinutes, playedMinutes] = [5, 3];
const everyMs = 1_500;
/** The top of a page, in pixels. */
const size = { width: 1_040, height: 1_300 };
/** So that the repository stays small: how many colours a picture has, and bytes at most. */
const [colours, mostBytes] = [64, 80_000];
const interrupted = 130;

await runProgram(interrupted, async ({ signal, onEnd }) => {
  const folder = await mkdtemp(join(tmpdir(), 'punctual-pictures-'));
  onEnd(() => rm(folder, { recursive: true }));
  const stackFile = join(folder, 'stack.json');
  const program = startProgram('start', { PUNCTUAL_STACK_FILE: stackFile, GATEWAY_PORT: '0' }, ['--observe']);
  onEnd(async () => {
    program.kill('SIGTERM');
    await program.exited;
  });
  const linkOf = (name: string) => new RegExp(`^ +${name} +(http://\\S+)`, 'm').exec(program.output())?.[1] ?? '';
  const ready = () => {
    if (!program.output().includes('until you press Ctrl-C')) throw new Error(program.output());
  };
  await eventually(ready, { withinMs: 600_000 });

  const { default: stack } = await import(stackFile, { with: { type: 'json' } });
  await playVisits(await journeyOn(stack), signal);

  const browser = await startBrowser(await findChromium({ log: console.log }));
  onEnd(() => browser.close());
  const target = join(root, 'docs/images');
  await mkdir(target, { recursive: true });
  for (const { id } of dashboards) {
    const url = new URL(`/dashboards/${id}?service=scheduling&minutes=${shownMinutes}`, linkOf('traces')).href;
    const { page } = await browser.open(url, { width: size.width, scheme: 'light' });
    await page.setViewportSize(size);
    const path = join(target, `dashboard-${id}.png`);
    await page.screenshot({ path });
    await promisify(execFile)('pngquant', ['--force', '--nofs', '--output', path, String(colours), path]);
    const bytes = (await stat(path)).size;
    console.log(`${path}: ${bytes} bytes`);
    if (bytes > mostBytes) throw new Error(`${path} has more than ${mostBytes} bytes.`);
  }
  return 0;
});

function journeyOn({ gateway, issuer }: { gateway: string; issuer: string }): Promise<Journey> {
  const user = async (role: Role, { id = randomUUID() }: { id?: string } = {}) =>
    createUser({ id, url: gateway, token: await requestToken(issuer, { sub: id, roles: [role] }), fetch });
  return createJourney({ user });
}

/** Visits in all states, and some refused requests. */
async function playVisits(journey: Journey, signal: AbortSignal): Promise<void> {
  const acts = [
    journey.confirmed,
    journey.approved,
    journey.cancelled,
    () => journey.customer.getAssignment({ params: { id: randomUUID() } }).catch(() => undefined),
    journey.awaitingApproval,
    journey.blocked,
  ];
  const playing: Promise<unknown>[] = [];
  const until = performance.now() + playedMinutes * 60_000;
  for (let n = 0; performance.now() < until; n += 1) {
    const act = acts[n % acts.length] as () => Promise<unknown>;
    playing.push(act().catch((error) => console.error(`${error}`)));
    await delay(everyMs, undefined, { signal });
  }
  await Promise.all(playing);
}
