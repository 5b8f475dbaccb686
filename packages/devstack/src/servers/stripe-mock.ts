import { join } from 'node:path';
import { findCommand } from './commands.ts';
import { buildWithGo } from './go.ts';
import { startLocalServer } from './local-server.ts';
import { namedServer } from './named-server.ts';
import { type Host, type Server, startFirst, Unavailable } from './source.ts';

const version = '0.203.0';

/**
 * Stripe's own imitation of its API: it judges the shape of each request and answers with samples.
 * @throws NoServerError
 */
export async function startStripeMock(host: Host): Promise<Server> {
  const sources = [
    ...namedServer(host.env, 'PUNCTUAL_STRIPE_MOCK_URL', ask),
    { kind: 'local' as const, name: `stripe-mock ${version}, built with Go`, start: () => fromCache(host) },
  ];
  const remedy = 'Install Go from https://go.dev/dl, or set PUNCTUAL_STRIPE_MOCK_URL.';
  return startFirst(host, { what: 'stripe-mock', sources, remedy });
}

async function ask(url: string): Promise<void> {
  const answer = await fetch(`${url}/v1/balance`, { headers: { authorization: 'Bearer sk_test_123' } });
  await answer.body?.cancel();
  if (!answer.ok) throw new Unavailable(`stripe-mock at ${url} returns ${answer.status}`);
}

async function fromCache(host: Host): Promise<Server> {
  const folder = await host.cache.folderOf(`stripe-mock-${version}`, async (draft) => {
    const go = await findCommand(host.env, 'go');
    if (!go) throw new Unavailable('building it needs Go on the PATH');
    host.log(`stripe-mock: building ${version} with Go, once`);
    const args = ['install', '-trimpath', '-ldflags=-s -w', `github.com/stripe/stripe-mock@v${version}`];
    await buildWithGo(host, { name: 'stripe-mock', go, args, env: { GOBIN: draft } });
  });
  return startLocalServer(host, {
    name: 'stripe-mock',
    stopSignal: 'TERM',
    command: (port) => [join(folder, 'stripe-mock'), '-http-addr', `127.0.0.1:${port}`],
    url: (port) => `http://127.0.0.1:${port}`,
    ask,
  });
}
