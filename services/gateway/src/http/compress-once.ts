import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Request, RequestHandler } from 'express';

/** Better than the default by a tenth, for 0.2 s instead of 8 s with the largest file. */
const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } };
const encoders: Record<string, (bytes: Buffer) => Promise<Buffer>> = {
  br: (bytes) => promisify(brotliCompress)(bytes, quality),
  gzip: promisify(gzip),
  identity: async (bytes) => bytes,
};

type Compressed = { body: Buffer; etag: string; headers: Readonly<Record<string, string>> };

/**
 * Compresses bytes that do not change once for each encoding, when a request first accepts it:
 * anyone may ask, and each time would cost CPU.
 */
export function compressOnce(read: () => Promise<Buffer>): (request: Request) => Promise<Compressed> {
  const compressed = new Map<string, Promise<Compressed>>();
  const compress = async (encoding: string): Promise<Compressed> => {
    const body = await (encoders[encoding] as (typeof encoders)['br'])(await read());
    const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
    const headers = {
      'Content-Length': String(body.length),
      ...(encoding !== 'identity' && { 'Content-Encoding': encoding }),
    };
    return { body, etag, headers };
  };
  return (request) => {
    const encoding = request.acceptsEncodings('br', 'gzip') || 'identity';
    const making = compressed.get(encoding) ?? compress(encoding);
    compressed.set(encoding, making);
    making.catch(() => compressed.delete(encoding));
    return making;
  };
}

/** Serves bytes that do not change while the process runs, compressed once. */
export function sendCompressed(
  read: () => Promise<Buffer>,
  given: Readonly<Record<'Content-Type' | 'Cache-Control', string>>,
): RequestHandler {
  const compressed = compressOnce(read);
  return async (request, response) => {
    const { body, etag, headers } = await compressed(request);
    response.set({ ...given, ...headers, ETag: etag }).send(body);
  };
}
