import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { type Host, type Server, type Source, Unavailable } from './source.ts';
import { untilAnswers } from './until-answers.ts';

export type ContainerServer = {
  image: string;
  port: number;
  environment?: Record<string, string>;
  /** Their text by their path in the container. */
  files?: Record<string, string>;
  command?: string[];
  url: (host: string, port: number) => string;
  ask: (url: string) => Promise<unknown>;
};

const daemonPatienceMs = 1_000;
const registryIsAway = /no such host|dial tcp|TLS handshake|i\/o timeout/;

/** The server in a container, through testcontainers. */
export function containerSource(host: Host, server: ContainerServer): Source {
  const start = async () => {
    await host.docker();
    return startContainer(host, server);
  };
  return { kind: 'docker', name: `Docker's ${server.image}`, start };
}

/** @throws Unavailable when no Docker daemon answers at once, as on most machines without Docker */
export async function requireDocker(env: NodeJS.ProcessEnv): Promise<void> {
  const address = daemonAddress(env);
  if (!address) throw new Unavailable('no Docker daemon');
  const ping = request({ ...address, path: '/_ping', signal: AbortSignal.timeout(daemonPatienceMs) });
  try {
    ping.end();
    const [response] = await once(ping, 'response');
    response.resume();
  } catch {
    throw new Unavailable('the Docker daemon does not answer');
  }
}

function daemonAddress(env: NodeJS.ProcessEnv): { socketPath: string } | { host: string; port: number } | undefined {
  if (env.DOCKER_HOST) {
    const { protocol, pathname, hostname, port } = new URL(env.DOCKER_HOST);
    return protocol === 'unix:' ? { socketPath: pathname } : { host: hostname, port: Number(port || 2375) };
  }
  const sockets = ['/var/run/docker.sock', join(homedir(), '.docker/run/docker.sock')];
  if (env.XDG_RUNTIME_DIR) sockets.push(join(env.XDG_RUNTIME_DIR, 'docker.sock'));
  const socketPath = sockets.find((path) => existsSync(path));
  return socketPath ? { socketPath } : undefined;
}

async function startContainer(host: Host, server: ContainerServer): Promise<Server> {
  // Half a second to load, which only machines with Docker pay.
  const { GenericContainer, getContainerRuntimeClient, ImageName, Wait } = await import('testcontainers');
  class LoopbackContainer extends GenericContainer {
    /** testcontainers publishes on all interfaces. */
    protected override async beforeContainerCreated() {
      const bindings: Record<string, { HostPort: string; HostIp?: string }[]> = this.hostConfig.PortBindings ?? {};
      for (const binding of Object.values(bindings).flat()) binding.HostIp = '127.0.0.1';
    }
  }
  const client = await getContainerRuntimeClient();
  if (!(await client.image.exists(ImageName.fromString(server.image))))
    host.log(`Docker: pulling ${server.image}, once`);
  const { host: daemonHost } = client.info.containerRuntime;
  const Container = daemonHost === 'localhost' ? LoopbackContainer : GenericContainer;
  // A port of our choice stays the same when the container is stopped and started again.
  const port = await freePort();
  const container = await new Container(server.image)
    .withExposedPorts({ container: server.port, host: port })
    .withEnvironment(server.environment ?? {})
    .withCopyContentToContainer(Object.entries(server.files ?? {}).map(([target, content]) => ({ target, content })))
    .withCommand(server.command ?? [])
    .withWaitStrategy(Wait.forLogMessage(/./))
    .start()
    .catch((error: Error) => {
      throw registryIsAway.test(error.message) ? new Unavailable('Docker cannot reach its image registry') : error;
    });
  const url = server.url(daemonHost, port);
  const ready = () => untilAnswers(url, server.ask, host.signal);
  const handle = client.container.getById(container.getId());
  const stop = async () => {
    await container.stop({ timeout: 0, removeVolumes: true });
  };
  try {
    await ready();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    signal: async (name) => void (await handle.kill({ signal: name })),
    halt: () => client.container.stop(handle, { timeout: 10 }),
    resume: async () => {
      await client.container.start(handle);
      await ready();
    },
    stop,
  };
}
