import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import express from 'express';
import type { TrustedProxies } from './trusted-proxies.ts';

export type ClientAddresses = {
  /** The address of the client that sent a request, '' when its connection is already closed. */
  of(request: IncomingMessage): string;
  /** Whether connections from an address are those of a trusted proxy, and so of many clients. */
  isProxy(address: string): boolean;
};

/**
 * Tells clients apart by address. `X-Forwarded-For` is believed as Express believes it, but for
 * addresses as proxies really write them: with a port, brackets, quotes or a zone. When the last
 * element that is believed is no address (`unknown`, `_hidden`, rubbish), the client is the trusted
 * proxy that wrote it. So no client can choose its address.
 * @param trusted a number of proxies, or their addresses and networks
 */
export function clientAddresses(trusted: TrustedProxies): ClientAddresses {
  const trusts: (address: string, hop: number) => boolean = express().set('trust proxy', trusted).get('trust proxy fn');
  const isTrusted = (address: string | undefined, hop: number) => trusts(address ?? '', hop);
  return {
    isProxy: (address) => isTrusted(readAddress(address), 0),
    of: ({ socket, headers }) => {
      let written: string | undefined = socket.remoteAddress ?? '';
      let client: string | undefined;
      let forwarded: string[] | undefined;
      for (let hop = 0; written !== undefined; hop += 1) {
        const address = readAddress(written);
        client = address ?? client;
        if (!isTrusted(address, hop)) break;
        // The nearest proxy wrote the last one.
        forwarded ??= String(headers['x-forwarded-for'] ?? '').split(',');
        written = forwarded.pop();
      }
      return client ?? '';
    },
  };
}

/**
 * Reads `1.2.3.4:5678`, `[2001:db8::1]:443`, `"[::1]"` and `fe80::1%eth0` without what surrounds
 * the address.
 * @returns undefined when there is none
 */
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
