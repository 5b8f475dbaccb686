import type { LookupAddress } from 'node:dns';
import { buildConnector, errors } from 'undici';

/** undici's own timeout is exact to a second only: it is left to end what nobody waits for any more. */
const timeoutSlackMs = 1_000;

/** Connects to a host, or to one address of it, within `timeoutMs`. */
export function createConnector(resolved: LookupAddress | undefined, timeoutMs: number): buildConnector.connector {
  const connect = buildConnector({
    // Whether a request has been sent can be told exactly only when it has a connection to itself.
    allowH2: false,
    timeout: timeoutMs + timeoutSlackMs,
    ...(resolved && {
      lookup: (_hostname, { all }, done) =>
        all ? done(null, [resolved]) : done(null, resolved.address, resolved.family),
    }),
  });
  return (options, done) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      done(new errors.ConnectTimeoutError(`There was no connection in ${timeoutMs} ms.`), null);
    }, timeoutMs);
    connect(options, (...result) => {
      clearTimeout(timer);
      if (isLate) result[1]?.destroy();
      else done(...result);
    });
  };
}
