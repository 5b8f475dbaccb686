import { Unavailable } from './source.ts';

const patienceMs = 3_000;

/** Asks briefly before a download that would try for minutes. @throws Unavailable */
export async function requireReachable(url: string): Promise<void> {
  const { host } = new URL(url);
  const answer = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(patienceMs) }).catch(() => undefined);
  if (!answer) throw new Unavailable(`${host} cannot be reached`);
  if (!answer.ok) throw new Unavailable(`${host} returns ${answer.status}`);
}
