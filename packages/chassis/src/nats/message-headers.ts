import type { MsgHdrs } from '@nats-io/transport-node';

/** `unreadable`: such as the client cannot read, with a blank in a name or a line break in a value. */
export type Headers = MsgHdrs | undefined | 'unreadable';

/** The headers of a message. The client reads them no sooner than they are asked for, and throws for those that it would not send. */
export function readHeaders(read: () => Headers): Headers {
  try {
    return read();
  } catch {
    return 'unreadable';
  }
}
