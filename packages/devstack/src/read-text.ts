import type { IncomingMessage } from 'node:http';

const longestBodyBytes = 16 * 1024;

/** Reads the body of a request. @returns undefined when it is too long */
export async function readText(request: IncomingMessage): Promise<string | undefined> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.length > longestBodyBytes) return undefined;
  }
  return text;
}
