import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OpsCommand } from '../src/cli/command.ts';
import { readInput } from '../src/cli/read-input.ts';

export type FakeGateway = Awaited<ReturnType<typeof startFakeGateway>>;

/** Starts an HTTP server in place of the gateway. */
export async function startFakeGateway(answer: RequestListener) {
  const server = createServer(answer);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    /** Runs a command against it. Returns the lines that the command prints. */
    run: async (command: OpsCommand, ...args: string[]): Promise<string[]> => {
      const printed: string[] = [];
      const context = {
        environment: { PUNCTUAL_GATEWAY: url, PUNCTUAL_TOKEN: 'token' },
        print: (line: string) => void printed.push(line),
        say: () => {},
        agree: async () => false,
      };
      await command.run(context, readInput(command, args));
      return printed;
    },
    stop: () => void server.close().closeAllConnections(),
  };
}
