import { docker, showDocker } from './docker.ts';

/** A container of a service, and where the host reaches its port 8080. */
export type Instance = { readonly id: string; readonly name: string; url(): Promise<string> };

export type Project = {
  /** Runs `docker compose` on the project and shows what it says. */
  show(...args: string[]): Promise<void>;
  /** The containers of a service, in the order of their numbers. */
  instances(service: string): Promise<Instance[]>;
  /** Removes all that the project has: containers, volumes, networks, and the images it built. */
  remove(): Promise<void>;
  /** What is still there of it, one line each. */
  leftovers(): Promise<string[]>;
};

/** The compose file of the repository under its own name, so that it disturbs no other. */
export function openProject(name: string, env: Readonly<Record<string, string>>): Project {
  const compose = ['compose', '--project-name', name, '--progress', 'quiet'];
  const lines = (text: string) => text.split('\n').filter((line) => line !== '');
  const label = `label=com.docker.compose.project=${name}`;
  const leftovers = async () => {
    const lists = [
      ['ps', '--all', '--format', '{{.Names}}'],
      ['volume', 'ls', '--format', '{{.Name}}'],
      ['network', 'ls', '--format', '{{.Name}}'],
      ['images', '--format', '{{.Repository}}'],
    ];
    return (await Promise.all(lists.map((args) => docker([...args, '--filter', label])))).flatMap(lines);
  };
  return {
    show: (...args) => showDocker([...compose, ...args], env),
    instances: async (service) => {
      const ids = lines(await docker([...compose, 'ps', '--quiet', service], env));
      const found = await Promise.all(ids.map(openInstance));
      return found.toSorted((one, other) => one.name.localeCompare(other.name));
    },
    remove: async () => {
      if ((await leftovers()).length === 0) return;
      await showDocker([...compose, 'down', '--volumes', '--remove-orphans', '--rmi', 'local'], env);
    },
    leftovers,
  };
}

async function openInstance(id: string): Promise<Instance> {
  const name = (await docker(['inspect', '--format', '{{.Name}}', id])).slice(1);
  // A port that Docker chose may be another one after each start.
  const url = async () => `http://${(await docker(['port', id, '8080/tcp'])).split('\n')[0]}`;
  return { id, name, url };
}
