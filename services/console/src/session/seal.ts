import { hkdfSync } from 'node:crypto';
import { EncryptJWT, errors, jwtDecrypt } from 'jose';
import type { z } from 'zod';

/** Encrypts values for one purpose, so that only this service can read, change or make them. */
export type Seal<T> = {
  /** @param seconds how long the value can be opened */
  close(value: T, seconds: number): Promise<string>;
  /** @returns undefined for a value that is absent, expired, or was closed with another key */
  open(sealed: string | undefined): Promise<T | undefined>;
};

/** @param purpose a value that was sealed for another one cannot be opened */
export function createSeal<T extends object>(secret: string, purpose: string, schema: z.ZodType<T>): Seal<T> {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', purpose, 32));
  return {
    close: (value, seconds) =>
      new EncryptJWT({ value })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setExpirationTime(`${seconds} s`)
        .encrypt(key),
    open: async (sealed) => {
      if (sealed === undefined) return undefined;
      try {
        const { payload } = await jwtDecrypt(sealed, key, { requiredClaims: ['exp'] });
        return schema.safeParse(payload.value).data;
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}
