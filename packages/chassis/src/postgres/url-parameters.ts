import { Wrong } from '../process/addresses.ts';

/** @throws Wrong */
export function fail(message: string): never {
  throw new Wrong(message);
}

/** The parameters of libpq that we follow. Any other is refused rather than ignored. */
const known = new Set([
  ...['host', 'port', 'user', 'password', 'dbname', 'application_name', 'fallback_application_name'],
  ...['connect_timeout', 'options', 'target_session_attrs', 'client_encoding', 'gssencmode', 'keepalives'],
  ...['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'sslnegotiation', 'channel_binding', 'ssl'],
]);

/** The parameters of a URL's query; the last of a name counts. @throws Wrong */
export function readParameters(query: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const part of query.split('&').filter(Boolean)) {
    const [, rawName = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(part) ?? [];
    // Without a value it may be the rest of a password, and is not quoted.
    if (value === undefined) fail('has a parameter without a value');
    const name = decode(rawName, 'the name of a parameter');
    // With an @ in the query the password may have had a ?, and the name be a part of it.
    const shown = query.includes('@') ? 'a parameter' : `the parameter ${JSON.stringify(name.slice(0, 40))}`;
    if (!known.has(name)) fail(`has ${shown}, which is not supported`);
    parameters.set(name, decode(value ?? '', name));
  }
  return parameters;
}

/** Reads a parameter that allows only some values. @throws Wrong that names them */
export function oneOf<const Value extends string>(
  parameters: ReadonlyMap<string, string>,
  name: string,
  values: readonly Value[],
  byDefault: Value,
): Value {
  const given = parameters.get(name) || byDefault;
  return values.find((value) => value === given) ?? fail(`${name} must be ${values.join(', ')}`);
}

/** A plus is a plus: only percent-encoding counts. @throws Wrong */
export function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return fail(`${what} has a % that begins no percent-encoding`);
  }
}
