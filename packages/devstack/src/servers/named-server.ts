import { type Server, type Source, Unavailable } from './source.ts';

/** The server whose URL the environment names, if it does; it is neither started nor stopped. */
export function namedServer(
  env: NodeJS.ProcessEnv,
  variable: string,
  ask: (url: string) => Promise<unknown>,
): Source[] {
  const url = env[variable];
  if (!url) return [];
  const start = async (): Promise<Server> => {
    await ask(url).catch((error) => {
      throw error instanceof Unavailable
        ? error
        : new Unavailable(`${variable} does not answer: ${error.message || error.code}`);
    });
    return { url, halt: refuse, resume: refuse, signal: refuse, stop: async () => undefined };
  };
  const refuse = () => Promise.reject(new Error(`The server of ${variable} cannot be stopped from here.`));
  return [{ kind: 'environment', name: `the server of ${variable}`, start }];
}
