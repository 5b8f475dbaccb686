import { parseCookie } from 'cookie';
import type { Request, Response } from 'express';

/** Browsers drop a longer cookie without a word; names and attributes count. */
const longest = 3_900;

/** One cookie of the console's own origin, which no script can read. */
export type Cookie = {
  read(request: Request): string | undefined;
  /** @throws RangeError for a value that browsers would drop */
  set(response: Response, value: string): void;
  clear(response: Response): void;
};

/** @param secure the console is reached by https: then the cookie is bound to its host (`__Host-`) */
export function createCookie(name: string, secure: boolean): Cookie {
  const full = secure ? `__Host-${name}` : name;
  const options = { httpOnly: true, sameSite: 'lax', secure, path: '/' } as const;
  return {
    read: (request) => parseCookie(request.get('cookie') ?? '')[full],
    set: (response, value) => {
      if (value.length > longest)
        throw new RangeError(`The cookie ${name} has ${value.length} bytes, more than ${longest}`);
      response.cookie(full, value, options);
    },
    clear: (response) => void response.clearCookie(full, options),
  };
}
