import type { LookupAddress } from 'node:dns';
import { buildConnector, errors } from 'undici';

/** undici's own timeout is only exact to a second. It ends attempts that we no longer wait for. */
const timeoutSlackMs = 1_000;

/** Connects to a host, or to one address of it, within `timeoutMs`. */
export function createConnector(resolved: LookupAddress | undefined, timeoutMs: number): buildConnector.connector {
  const connect = buildConnector({
    // Whether a request was sent is only known exactly if its connection carries no other.
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
