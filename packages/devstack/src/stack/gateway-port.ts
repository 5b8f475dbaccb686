import { freePort, isPortFree } from '../servers/free-port.ts';

/** The requested port belongs to another program; the message says what to do. */
export class PortTakenError extends Error {}

/**
 * The gateway's port: the requested one, or a free one for 0.
 * @throws PortTakenError, RangeError
 */
export async function gatewayPort(wanted: number): Promise<number> {
  if (!Number.isInteger(wanted) || wanted < 0 || wanted > 65_535) {
    throw new RangeError('GATEWAY_PORT must be a whole number from 0 to 65535 (0: any free port).');
  }
  if (wanted === 0) return freePort();
  if (await isPortFree(wanted)) return wanted;
  throw new PortTakenError(
    `Port ${wanted} is in use. Choose another for the gateway: GATEWAY_PORT=8081 npm start (0: any free port).`,
  );
}
