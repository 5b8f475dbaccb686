import { isIP } from 'node:net';

/**
 * The values of Express's `trust proxy`: no proxy, a number of proxies in front of the gateway, or
 * their addresses and networks.
 */
export type TrustedProxies = false | number | string[];

const mostHops = 32;
const networks = new Set(['loopback', 'linklocal', 'uniquelocal']);

/**
 * Reads `TRUST_PROXY`, split at commas.
 * @returns undefined when it is invalid
 */
export function readTrustedProxies(items: readonly string[]): TrustedProxies | undefined {
  const [first, ...more] = items;
  if (first === undefined) return false;
  if (/^\d+$/.test(first)) return more.length === 0 && Number(first) <= mostHops ? Number(first) : undefined;
  return items.every((item) => networks.has(item) || isNetwork(item)) ? [...items] : undefined;
}

/** Accepts an address, or a network such as `10.0.0.0/8`, `10.0.0.0/255.0.0.0` or `fd00::/8`. */
function isNetwork(text: string): boolean {
  const [address = '', range, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || address.includes('%') || more.length > 0) return false;
  if (range === undefined) return true;
  if (!/^\d+$/.test(range)) return version === 4 && isNetmask(range);
  return Number(range) >= 1 && Number(range) <= (version === 4 ? 32 : 128);
}

/** Accepts ones followed by zeros. */
function isNetmask(text: string): boolean {
  if (isIP(text) !== 4) return false;
  return /^1+0*$/.test(
    text
      .split('.')
      .map((byte) => Number(byte).toString(2).padStart(8, '0'))
      .join(''),
  );
}
