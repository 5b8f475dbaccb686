/** Settings of a session by name; times in ms. */
export type SessionSettings = Readonly<Record<string, string | number>>;

/**
 * Settings that the code relies on, whatever the defaults of the role or database are. They go into
 * the startup message: poolers know these and keep them for each client.
 */
export const startupSettings: SessionSettings = {
  DateStyle: 'ISO, MDY',
  TimeZone: 'UTC',
  standard_conforming_strings: 'on',
};

/**
 * Commands lock, then read. At a stricter level each conflict would be an error instead of a wait.
 */
const isolation: SessionSettings = { default_transaction_isolation: 'read committed' };

/**
 * PostgreSQL's own defaults, except that a process that hangs within a transaction loses its locks.
 */
const limits: SessionSettings = {
  statement_timeout: 0,
  lock_timeout: 0,
  transaction_timeout: 0,
  idle_session_timeout: 0,
  idle_in_transaction_session_timeout: 60_000,
};

/**
 * The settings of a session of the pool, without the limits that the `options` of a URL set
 * themselves.
 */
export function sessionSettings(options: string | undefined): SessionSettings {
  return { ...limitsBeside(options), ...isolation };
}

/** The statements that begin a transaction on a connection whose session is shared with others. */
export function beginAnywhere(options: string | undefined): string[] {
  const { idle_session_timeout, ...ofTransaction } = limitsBeside(options);
  const set = Object.entries(ofTransaction).map(([name, value]) => `set_config('${name}', '${value}', true)`);
  return ['begin isolation level read committed', ...(set.length > 0 ? [`select ${set.join(', ')}`] : [])];
}

export function setLocal(settings: SessionSettings): string {
  return Object.entries(settings)
    .map(([name, value]) => `set local ${name} = ${typeof value === 'number' ? value : `'${value}'`}`)
    .join('; ');
}

function limitsBeside(options = ''): SessionSettings {
  const given = new Set(
    [...options.matchAll(/(?:-c\s*|--)([\w.-]+)\s*=/g)].map(([, name = '']) => name.replaceAll('-', '_').toLowerCase()),
  );
  return Object.fromEntries(Object.entries(limits).filter(([name]) => !given.has(name)));
}
