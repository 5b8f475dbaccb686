/** Messages of a client of NATS, as the client sees them. */
export type Messages = { sent: number; received: number };

type Connections = { connections: { name?: string; in_msgs: number; out_msgs: number }[] };

/** Reads the messages of each client by its name from the monitoring port of a NATS server. */
export async function readMessages(monitor: string): Promise<Record<string, Messages>> {
  const response = await fetch(`${monitor}/connz?limit=1024`);
  const { connections } = (await response.json()) as Connections;
  const messages: Record<string, Messages> = {};
  for (const { name = '', in_msgs, out_msgs } of connections) {
    const { sent, received } = messages[name] ?? { sent: 0, received: 0 };
    messages[name] = { sent: sent + in_msgs, received: received + out_msgs };
  }
  return messages;
}
