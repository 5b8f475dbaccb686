/**
 * Stands in for a service in the tests of the supervision: ready at once, ends on SIGTERM, or fails
 * to start on request.
 */
import { createServer } from 'node:http';

if (process.env.FAIL_WITH) {
  console.error(process.env.FAIL_WITH);
  process.exit(1);
}
createServer((_request, response) => response.end('ready')).listen(Number(process.env.PORT), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
