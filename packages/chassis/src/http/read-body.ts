import { isUtf8 } from 'node:buffer';
import { MIMEType, promisify } from 'node:util';
import express, { type Request, type RequestHandler, type Response } from 'express';
import { HttpProblem } from './http-problem.ts';
import { hasDuplicateNames } from './json-names.ts';

const readRaw = promisify<Request, Response, void>(express.raw({ limit: '64kb', type: () => true }));
const utf8 = new TextDecoder();

/**
 * Sets `request.body` to the decompressed bytes of a JSON body, undefined when there are none. They
 * are checked to be UTF-8, but not parsed.
 * @throws HttpProblem `unsupported-media-type` `payload-too-large` `malformed-body`
 */
export const readBytes: RequestHandler = async (request, response, next) => {
  if (mayHaveBody(request)) request.body = await bytesOf(request, response);
  next();
};

/** {@link readBytes}, parsed. A byte order mark before the JSON is skipped. */
export const readBody: RequestHandler = async (request, response, next) => {
  if (mayHaveBody(request)) {
    const bytes = await bytesOf(request, response);
    request.body = bytes && parseJson(utf8.decode(bytes));
  }
  next();
};

function mayHaveBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

async function bytesOf(request: Request, response: Response): Promise<Buffer | undefined> {
  // A chunked body may turn out to be empty, so its media type is judged when there are bytes.
  if (request.headers['transfer-encoding'] === undefined) requireJson(request);
  await readRaw(request, response);
  const bytes: unknown = request.body;
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) return undefined;
  requireJson(request);
  if (isUtf8(bytes)) return bytes;
  throw new HttpProblem('malformed-body', 'The body is not UTF-8.');
}

function requireJson(request: Request): void {
  if (isJson(request.get('content-type') ?? '')) return;
  throw new HttpProblem('unsupported-media-type', 'The body must be application/json in UTF-8.');
}

/** Takes every label that means UTF-8, such as `utf8`. */
function isJson(contentType: string): boolean {
  try {
    const { essence, params } = new MIMEType(contentType);
    return essence === 'application/json' && new TextDecoder(params.get('charset') ?? 'utf-8').encoding === 'utf-8';
  } catch {
    return false;
  }
}

function parseJson(text: string): unknown {
  try {
    const json = JSON.parse(text);
    if (!hasDuplicateNames(text)) return json;
  } catch {
    throw new HttpProblem('malformed-body', 'The body is not valid JSON.');
  }
  throw new HttpProblem('malformed-body', 'An object in the body has duplicate names.');
}
