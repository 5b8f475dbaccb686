/**
 * A parent for the tests: supervises the scratch service on the port and in the log file of its
 * arguments, and says its pid.
 */
import { fileURLToPath } from 'node:url';
import { createServiceProcess } from '../../src/stack/service-process.ts';

const [port = '', logFile = ''] = process.argv.slice(2);
const service = createServiceProcess({
  name: 'scratch',
  folder: () => fileURLToPath(new URL('.', import.meta.url)),
  url: `http://127.0.0.1:${port}`,
  environment: { PATH: process.env.PATH, PORT: port },
  logFile,
  onChange: () => undefined,
});
await service.start();
console.log(service.pid());
