import { createHash } from 'node:crypto';
import { schema as payouts } from '../../services/payouts/src/persistence/schema.ts';
import { schema as scheduling } from '../../services/scheduling/src/persistence/schema.ts';
import released from './released.json' with { type: 'json' };

/** A migration as the SQL that it runs. */
export type MigrationSql = {
  name: string;
  /** It runs after the start, statement by statement. */
  isBackground: boolean;
  statements: string[];
};

export const schemas = { scheduling, payouts };
export type SqlService = keyof typeof schemas;
export const sqlServices = Object.keys(schemas) as SqlService[];
export type MigrationClass = (typeof schemas)[SqlService]['migrations'][number];

/** The digests of the migrations of 1.0.0, which never change again. */
const frozen: Record<SqlService, Record<string, string>> = released;

/** What a migration runs. */
export function sqlOf(migration: MigrationClass): MigrationSql {
  // It only collects statements, so it needs no database.
  const instance = new migration(undefined as never, undefined as never);
  instance.up();
  const statements = instance.getQueries().map((statement) => String(statement).trim());
  return { name: instance.name, isBackground: !instance.isTransactional(), statements };
}

export function isReleased(service: SqlService, migration: MigrationClass): boolean {
  return sqlOf(migration).name in frozen[service];
}

/** The migrations that a database of 1.0.0 has run. */
export function releasedMigrations(service: SqlService): MigrationClass[] {
  return schemas[service].migrations.filter((each) => isReleased(service, each));
}

/** The migrations since, which a database of 1.0.0 runs in the upgrade. */
export function newMigrations(service: SqlService): MigrationClass[] {
  return schemas[service].migrations.filter((each) => !isReleased(service, each));
}

/**
 * The digest of what a migration runs, besides functions that it replaces: those grow with the
 * contracts, and a later migration replaces them again.
 */
export function digestOf({ statements }: MigrationSql): string {
  const kept = statements.filter((statement) => !/^create or replace function /.test(statement));
  return createHash('sha256').update(kept.join(';\n')).digest('hex');
}

export function frozenDigests(service: SqlService): Record<string, string> {
  return frozen[service];
}
