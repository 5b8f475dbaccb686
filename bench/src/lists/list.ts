import type { Role } from '@punctual/contracts';
import type pg from 'pg';

/** Somebody who reads a list. */
export type Reader = { id: string; authorization: string };

/** Who reads: a person with a tenth of all rows, one with few rows, and ops. */
export type Readers = Record<'busy' | 'usual' | 'ops', Reader>;

/** A list of the API as the benchmark of lists fills and reads it. */
export type List = {
  /** The service that has it. Its database is filled, and it is asked itself. */
  service: 'scheduling' | 'payouts';
  /** The roles of the readers besides ops. */
  roles: readonly Role[];
  /** Creates so many rows, with everything that they refer to. */
  seed(database: pg.Client, rows: number, readers: Readers): Promise<void>;
  /** The paths to read, by what they ask for. */
  paths: Readonly<Record<string, string>>;
};
