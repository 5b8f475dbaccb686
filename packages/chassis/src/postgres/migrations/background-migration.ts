import { Migration } from '@mikro-orm/migrations';

/**
 * A migration that runs after the start, beside the requests: indexes, back-fills and validations,
 * which take as long as the table is large. Each statement runs by itself and may run again, since
 * the process may end at any point. Until all of them have run, `Database.isMigrated` is false.
 */
export abstract class BackgroundMigration extends Migration {
  override isTransactional(): boolean {
    return false;
  }
}

/** So few rows are locked for some 50 ms, indexes included. */
const batchSize = 500;

/**
 * The statement that back-fills a table by its primary key `id`, a uuid. It is repeated with the last
 * id of each batch until no row is left, from the first row on after an interruption: `where`
 * must select only rows that still have to change.
 */
export function inBatches({ table, set, where }: { table: string; set: string; where: string }): string {
  return `
    with part as (select id from ${table} where id > ? order by id limit ${batchSize}),
    changed as (update ${table} set ${set} from part where ${table}.id = part.id and ${where})
    select id from part order by id desc limit 1`;
}
