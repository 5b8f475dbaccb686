import { runMigrations } from '@punctual/chassis/postgres';
import { schema } from './persistence/schema.ts';

await runMigrations('payouts', schema);
