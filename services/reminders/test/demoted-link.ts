import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { BSON } from 'mongodb';

/** What MongoDB answers to a write, by name and code. */
export type WriteRefusal = { code: number; codeName: string };

const writes = ['insert', 'update', 'delete', 'findAndModify'];
const opMsg = 2013;
/** A header of four integers, the flags, and the kind of the first section. */
const bodyAt = 21;

/**
 * A link to a store that refuses writes on request, like a primary that was demoted or is full;
 * everything else is answered by the store itself. FerretDB has no secondaries.
 */
export async function createDemotedLink(target: { host: string; port: number }) {
  let refusal: (WriteRefusal & { isPrimary: boolean }) | undefined;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    near.on(
      'data',
      whole((message) => {
        const [name] = Object.keys(bodyOf(message) ?? {});
        if (refusal && name && writes.includes(name)) near.write(refuse(message, refusal));
        else far.write(message);
      }),
    );
    far.on(
      'data',
      whole((message) => {
        const body = bodyOf(message);
        const isHello = body !== undefined && 'isWritablePrimary' in body;
        if (refusal && isHello && !refusal.isPrimary)
          near.write(answer(message, { ...body, isWritablePrimary: false }));
        else near.write(message);
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    /** @param isPrimary what it calls itself meanwhile */
    refuseWrites: (how: WriteRefusal, isPrimary: boolean) => {
      refusal = { ...how, isPrimary };
    },
    takeWrites: () => {
      refusal = undefined;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Cuts the bytes of a connection into messages; each begins with its length. */
function whole(handle: (message: Buffer) => void): (chunk: Buffer) => void {
  let bytes = Buffer.alloc(0);
  return (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= 4 && bytes.length >= bytes.readInt32LE(0)) {
      const length = bytes.readInt32LE(0);
      handle(bytes.subarray(0, length));
      bytes = bytes.subarray(length);
    }
  };
}

function bodyOf(message: Buffer): BSON.Document | undefined {
  if (message.readInt32LE(12) !== opMsg || message[20] !== 0) return undefined;
  return BSON.deserialize(message.subarray(bodyAt, bodyAt + message.readInt32LE(bodyAt)));
}

function refuse(request: Buffer, { code, codeName }: WriteRefusal): Buffer {
  return message(request.readInt32LE(4), { ok: 0, code, codeName, errmsg: codeName });
}

function answer(reply: Buffer, body: BSON.Document): Buffer {
  return message(reply.readInt32LE(8), body);
}

function message(responseTo: number, body: BSON.Document): Buffer {
  const document = BSON.serialize(body);
  const head = Buffer.alloc(bodyAt);
  head.writeInt32LE(bodyAt + document.length, 0);
  head.writeInt32LE(responseTo, 8);
  head.writeInt32LE(opMsg, 12);
  return Buffer.concat([head, document]);
}
