import { fileURLToPath } from 'node:url';

/** A client that a public generator makes of the OpenAPI document, with a journey that uses it. */
export type GeneratedClient = {
  /** Also the name of its folder in `examples/clients`. */
  language: 'go' | 'python' | 'kotlin' | 'swift';
  /** The generator and its version. */
  generator: string;
  /**
   * Generates the client and compiles it with the journey. Tools are downloaded once, into caches.
   * @param document path of the OpenAPI document
   * @throws ToolMissing
   */
  build(document: string, options: BuildOptions): Promise<Journey>;
};

export type BuildOptions = {
  /** Gets a line for everything that is downloaded. */
  log: (line: string) => void;
  signal?: AbortSignal | undefined;
};

/** What plays the journey. Its environment names the gateway, the tokens and the provider. */
export type Journey = { command: readonly string[]; cwd: string };

/** This machine does not have a tool; the message is the reason, without a full stop. */
export class ToolMissing extends Error {}

/** The folder of a language, which contains the journey; `generated/` in it is not committed. */
export function folderOf(language: GeneratedClient['language']): string {
  return fileURLToPath(new URL(`../../examples/clients/${language}`, import.meta.url));
}
