import type { CookieOptions, Request } from 'express';

const name = 'agendash';
const loopback = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/i;

/**
 * The cookie that stores a token for the dashboard at `path`: scripts cannot read it, other sites
 * cannot send it.
 */
export function dashboardCookie(request: Request, path: string, expiresAt: number): [name: string, CookieOptions] {
  const options = {
    path,
    httpOnly: true,
    sameSite: 'strict',
    secure: !isLocal(request),
    // A token may name a moment that no date can hold.
    expires: new Date(Math.min(expiresAt * 1_000, 8.64e15)),
  } as const;
  return [name, options];
}

/** @returns the token in it */
export function readDashboardCookie(request: Request): string | undefined {
  return new RegExp(`(?:^|; *)${name}=([^;]+)`).exec(request.get('cookie') ?? '')?.[1];
}

/**
 * Whether a browser on this machine asks without a proxy. Any other browser must use TLS, which a
 * proxy may have ended, so the connection does not show it. A client that forges these headers only
 * loses its own cookie.
 */
function isLocal(request: Request): boolean {
  const isForwarded = Object.keys(request.headers).some((header) => /^(x-)?forwarded/.test(header));
  return !request.secure && !isForwarded && loopback.test(request.get('host') ?? '');
}
