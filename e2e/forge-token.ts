import { createHmac, type KeyObject, sign } from 'node:crypto';

type Claims = Readonly<Record<string, unknown>>;

/** Makes a token as an attacker would: any header, any claims, any signature. */
export function forgeToken(header: Claims, claims: Claims, signature: (signed: string) => Buffer): string {
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${signature(signed).toString('base64url')}`;
}

export const unsigned = () => Buffer.alloc(0);

export const byHmac = (secret: string) => (signed: string) => createHmac('sha256', secret).update(signed).digest();

/** Signs with ES256; the key is on the curve P-256. */
export const byKey = (key: KeyObject) => (signed: string) =>
  sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });

const part = (value: Claims) => Buffer.from(JSON.stringify(value)).toString('base64url');
