import { isIP } from 'node:net';
import express, { type Express, type Request } from 'express';
import type { TrustedProxies } from './trusted-proxies.ts';

/**
 * Sets whose `X-Forwarded-For` is believed, as Express does, but for addresses as proxies really write them: with a port, brackets,
 * quotes or a zone.
 * @param trusted a number of proxies, or their addresses and networks
 */
export function trustProxies(app: Express, trusted: TrustedProxies): void {
  app.set('trust proxy', trusted);
  const trusts: (address: string, hop: number) => boolean = app.get('trust proxy fn');
  app.set('trust proxy', (written: string, hop: number) => trusts(readAddress(written) ?? '', hop));
}

/** Tells whether connections from an address are those of a trusted proxy. */
export function isTrustedBy(trusted: TrustedProxies): (address: string) => boolean {
  const trusts: (address: string, hop: number) => boolean = express().set('trust proxy', trusted).get('trust proxy fn');
  return (address) => trusts(readAddress(address) ?? '', 0);
}

/**
 * Returns the client's address. Where the last element that is believed is no address (`unknown`, `_hidden`, rubbish), it is that of
 * the trusted proxy which wrote it: a value of somebody's choice never becomes a client of its own.
 */
export function clientAddress(request: Request): string {
  for (const written of [...request.ips, request.socket.remoteAddress ?? '']) {
    const address = readAddress(written);
    if (address) return address;
  }
  return '';
}

/** `1.2.3.4:5678`, `[2001:db8::1]:443`, `"[::1]"` and `fe80::1%eth0` without what surrounds the address; undefined if there is none. */
export function readAddress(written: string): string | undefined {
  const text = written.trim().replaceAll('"', '');
  const bracketed = /^\[([^\]]*)\](:\d*)?$/.exec(text)?.[1];
  const bare = withoutZone(bracketed ?? text);
  if (isIP(bare)) return bare;
  const withoutPort = withoutZone(text.replace(/:\d+$/, ''));
  return isIP(withoutPort) ? withoutPort : undefined;
}

function withoutZone(text: string): string {
  return text.replace(/%.*$/, '');
}
