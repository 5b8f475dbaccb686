import type { ConnectionCheckedInEvent, ConnectionCheckedOutEvent, MongoClient } from 'mongodb';

/**
 * Detects a command that has kept its connection for longer than `withinMs`, which must exceed the
 * driver's own timeouts. Such a command never ends: a write to a socket that was just destroyed
 * neither succeeds nor fails nor times out, and `timeoutMS` has no effect (mongodb 7.9). A job that
 * waits for it would wait for ever.
 */
export function noticeStuck(
  client: MongoClient,
  { withinMs, onStuck }: { withinMs: number; onStuck: () => void },
): void {
  const out = new Map<string, NodeJS.Timeout>();
  const nameOf = ({ address, connectionId }: ConnectionCheckedInEvent | ConnectionCheckedOutEvent) =>
    `${address} ${connectionId}`;
  client.on('connectionCheckedOut', (event) => {
    clearTimeout(out.get(nameOf(event)));
    out.set(nameOf(event), setTimeout(onStuck, withinMs).unref());
  });
  client.on('connectionCheckedIn', (event) => {
    clearTimeout(out.get(nameOf(event)));
    out.delete(nameOf(event));
  });
}
