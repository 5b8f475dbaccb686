import type { MsgHdrs } from '@nats-io/transport-node';

/**
 * `unreadable`: the client cannot parse them, because of a blank in a name or a line break in a
 * value.
 */
export type Headers = MsgHdrs | undefined | 'unreadable';

/**
 * Reads the headers of a message. The client parses them on access, and throws for those that it
 * would not send.
 */
export function readHeaders(read: () => Headers): Headers {
  try {
    return read();
  } catch {
    return 'unreadable';
  }
}
