import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';

/** One address of a service. `origin` gives the `Host` header, and the name in a certificate. */
export type Address = { readonly origin: string; readonly resolved: LookupAddress | undefined };

/** Resolves a host name to all its addresses; rejects when there are none or DNS fails. */
export type Lookup = (hostname: string) => Promise<LookupAddress[]>;

/**
 * The addresses of an origin: those that its host name has now, or the origin itself when its host
 * is an IP address.
 */
export async function findAddresses(origin: string, lookup: Lookup): Promise<Address[]> {
  if (!isNamed(origin)) return [{ origin, resolved: undefined }];
  const found = await lookup(new URL(origin).hostname);
  if (found.length === 0) throw new Error('The name has no address.');
  return found.map((resolved) => ({ origin, resolved }));
}

/** Whether its host is a name, so that its addresses can change. */
export function isNamed(origin: string): boolean {
  return isIP(new URL(origin).hostname.replace(/^\[|\]$/g, '')) === 0;
}

/** Identifies an address. */
export function nameOf({ origin, resolved }: Address): string {
  return resolved ? `${origin} at ${resolved.address}` : origin;
}
