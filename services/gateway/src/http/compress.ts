import compression from 'compression';
import type { Request, RequestHandler, Response } from 'express';

const compressed = compression({ filter: isCompressible });

/**
 * Compresses responses of 1 KiB and more with brotli or gzip, as the client accepts. The ETag stays
 * the version of the resource in every encoding, since clients send it back in `If-Match`.
 */
export const compress: RequestHandler = (request, response, next) => {
  // Always, because a 304 has to carry the `Vary` of its 200.
  response.vary('Accept-Encoding');
  compressed(request, response, next);
};

/** Neither events, which would wait in the compressor, nor parts of a file, which are cut by byte. */
function isCompressible(request: Request, response: Response): boolean {
  const type = String(response.getHeader('Content-Type'));
  if (type.startsWith('text/event-stream') || response.statusCode === 206) return false;
  if (!compression.filter(request, response)) return false;
  // The length of what a GET would send is not known without compressing it.
  if (request.method === 'HEAD' && request.acceptsEncodings('br', 'gzip')) response.removeHeader('Content-Length');
  return true;
}
