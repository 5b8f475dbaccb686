import { expect, test } from 'vitest';
import { readSockets } from './sockets.ts';

// Of iproute2 6.1, shortened.
const listed = `
LISTEN 0      511             127.0.0.1:31655           0.0.0.0:*     users:(("node-MainThread",pid=1201,fd=27)) ino:8081 sk:2001 cgroup:/ <-> bbr cwnd:10
ESTAB  0      0               127.0.0.1:42508         127.0.0.1:31655 users:(("node-MainThread",pid=1207,fd=31)) timer:(keepalive,4sec,0) ino:8227 sk:4c1 cgroup:/ <-> bbr rto:212 mss:60416 bytes_sent:200411 bytes_acked:200412 bytes_received:56195 segs_out:506 segs_in:332 data_segs_out:319 data_segs_in:317 send 1081270694bps
ESTAB  0      0      [::ffff:127.0.0.1]:31655 [::ffff:127.0.0.1]:42508 ino:8228 sk:4c2 cgroup:/ <-> bbr rto:212 mss:60416 bytes_acked:1 bytes_received:200411 segs_out:331 segs_in:506 data_segs_in:319
`;

test('each line of ss is a socket with its writes', () => {
  expect(readSockets(listed)).toEqual([
    { cookie: '2001', port: 31655, peerPort: undefined, pid: 1201, writes: 0, bytes: 0 },
    { cookie: '4c1', port: 42508, peerPort: 31655, pid: 1207, writes: 319, bytes: 200411 },
    { cookie: '4c2', port: 31655, peerPort: 42508, pid: undefined, writes: 0, bytes: 0 },
  ]);
});
