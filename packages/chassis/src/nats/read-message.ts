import type { Handling, Identified } from './handling.ts';

/** Bytes that are not UTF-8 make a message malformed, instead of becoming U+FFFD. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads the event in a message; undefined if its consumer ignores the type.
 * @throws when the message is malformed
 */
export function readMessage<E extends Identified>(
  { read }: Pick<Handling<E>, 'read'>,
  { data }: { readonly data: Uint8Array },
): E | undefined {
  return read(JSON.parse(utf8.decode(data)));
}

/** The same, but undefined for a malformed message, too. */
export function readIfValid<E extends Identified>(
  handling: Pick<Handling<E>, 'read'>,
  message: { readonly data: Uint8Array },
): E | undefined {
  try {
    return readMessage(handling, message);
  } catch {
    return undefined;
  }
}
