/** It has to fit into a cookie. */
const longest = 2_000;

/**
 * Returns where a person may be sent after the sign-in: a path of the console, else its start.
 * @param to from a URL, so anyone may have written it
 */
export function ownPath(to: string, origin: string): string {
  const url = URL.parse(to, origin);
  return url?.origin === origin && to.length <= longest ? `${url.pathname}${url.search}` : '/';
}
