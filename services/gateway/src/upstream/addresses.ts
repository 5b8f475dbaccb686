import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';

/** One place where a service answers. `origin` is whom it is asked as: the `Host` header, and the name in a certificate. */
export type Address = { readonly origin: string; readonly resolved: LookupAddress | undefined };

/** All addresses of a host name; rejects when there are none, or nobody can say. */
export type Lookup = (hostname: string) => Promise<LookupAddress[]>;

/** The addresses of an origin: each that its host name has now, or itself when its host is an address already. */
export async function findAddresses(origin: string, lookup: Lookup): Promise<Address[]> {
  if (!isNamed(origin)) return [{ origin, resolved: undefined }];
  const found = await lookup(new URL(origin).hostname);
  if (found.length === 0) throw new Error('The name has no address.');
  return found.map((resolved) => ({ origin, resolved }));
}

/** Whether its addresses can change: its host is a name. */
export function isNamed(origin: string): boolean {
  return isIP(new URL(origin).hostname.replace(/^\[|\]$/g, '')) === 0;
}

/** The same for the same place. */
export function nameOf({ origin, resolved }: Address): string {
  return resolved ? `${origin} at ${resolved.address}` : origin;
}
