/** PostgreSQL without the ORM, for programs whose images do not contain MikroORM. */
export { SessionClient } from './session-client.ts';
export { parsePostgresUrl } from './url.ts';
