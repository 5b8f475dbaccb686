import { request } from 'node:http';
import type { Call, Screen } from './screens.ts';

/** What a screen costs: bytes of bodies as sent (brotli) and as read, and milliseconds for all its calls at once. */
export type ScreenCost = { calls: number; sentBytes: number; readBytes: number; ms: number };

export type ScreenDeps = {
  url: string;
  token: string;
  /** What stands for `:name` in paths. */
  values: Readonly<Record<string, string>>;
  /** The body of a call that proposes a window. */
  window: object;
};

/** Makes the calls of a screen as an app would, side by side. @throws on any other answer than 200 */
export async function measureScreen(screen: Screen, deps: ScreenDeps): Promise<ScreenCost> {
  const startedAt = performance.now();
  const sizes = await Promise.all(
    screen.calls.map(async (call) => ({
      sent: (await size(call, deps, 'br')).bytes,
      read: (await size(call, deps, 'identity')).bytes,
    })),
  );
  return {
    calls: screen.calls.length,
    sentBytes: sizes.reduce((sum, { sent }) => sum + sent, 0),
    readBytes: sizes.reduce((sum, { read }) => sum + read, 0),
    ms: performance.now() - startedAt,
  };
}

/** `node:http`, because `fetch` hides how many bytes came. */
async function size({ method, path, body }: Call, deps: ScreenDeps, encoding: string): Promise<{ bytes: number }> {
  const filled = path.replace(/:([a-z]+)/g, (_, name: string) => encodeURIComponent(deps.values[name] ?? ''));
  const { promise, resolve, reject } = Promise.withResolvers<{ bytes: number }>();
  const headers = {
    authorization: `Bearer ${deps.token}`,
    'accept-encoding': encoding,
    ...(body && { 'content-type': 'application/json' }),
  };
  const outgoing = request(`${deps.url}${filled}`, { method, headers }, (response) => {
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    response.on('end', () =>
      response.statusCode === 200
        ? resolve({ bytes })
        : reject(new Error(`${filled} was answered ${response.statusCode}`)),
    );
  });
  outgoing.on('error', reject);
  outgoing.end(body && JSON.stringify(deps.window));
  return promise;
}
