import { access, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serviceNames } from '@punctual/devstack';
import { eventually } from '@punctual/testkit';
import { Client } from 'pg';
import { expect } from 'vitest';
import { answers, type Case, everyService, explainsItself, finds, prints, testedElsewhere, withNpm } from './case.ts';
import { runHttp, runMongo, runShell, runSql } from './run.ts';
import { makeDeadLetter } from './scene.ts';

const account = { account: 'acct_1MTfjCQ9PRzxEwkZ' };
const logLevel = `curl --fail-with-body -X POST http://SERVICE:PORT/admin/log-level -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"level":"debug","minutes":15}'`;

/** Every command and query of the runbook, as it is written there. */
export const cases: Readonly<Record<string, Case>> = {
  'npm run -s token -- --role ops': prints(/^eyJ/),
  'GET /healthz/live': everyService(/"live"/),
  'GET /healthz/ready': everyService(/"checks"/),
  'GET /version': everyService(/"serves"/),
  'GET /workers/reminders/health': answers('ops', /"schedulerLagMs"/),
  'GET /metrics': async (scene) => {
    for (const name of serviceNames) {
      const url = scene.world.stack.addresses.metrics?.[name] ?? '';
      expect((await runHttp(scene, url, 'GET /metrics', {})).text).toContain('http_server_request_duration_seconds');
    }
  },
  [logLevel]: prints(/"level":"debug"/, {
    fill: { 'SERVICE:PORT': ({ world }) => new URL(world.stack.addresses.urls.scheduling).host },
  }),

  'npm run ops': prints(/Usage: npm run ops -- COMMAND/),
  'npm run ops -- dlq list': prints(/No matching dead letters/),
  'GET /payouts?status=AWAITING_APPROVAL': answers('finance', /"AWAITING_APPROVAL"/),
  'npm run ops -- payouts drift': prints(/./),
  'npm run ops -- streams apply': prints(/SCHEDULE: unchanged/),
  'streams apply': prints(/SCHEDULE: unchanged/),
  'streams apply --watch': async (scene, command) => {
    const { output } = await runShell(scene, withNpm(command), { until: /watching/ });
    expect(output).toContain('Streams are declared; watching.');
  },

  'nats stream report': prints(/SCHEDULE/),
  'nats consumer report SCHEDULE': prints(/payouts-schedule/),
  'nats consumer info STREAM DURABLE': prints(/Acknowledgment Floor/, {
    fill: { STREAM: () => 'SCHEDULE', DURABLE: () => 'payouts-schedule' },
  }),
  'nats stream get STREAM SEQUENCE': prints(/Only a title/, {
    fill: {
      STREAM: ({ deadLetter }) => String(deadLetter?.stream),
      SEQUENCE: ({ deadLetter }) => String(deadLetter?.streamSequence),
    },
  }),
  'nats backup stream STREAM FOLDER': prints(/./, {
    fill: { STREAM: () => 'SCHEDULE', FOLDER: ({ folder }) => join(folder, 'backup') },
    after: async ({ folder }) => expect(await readdir(join(folder, 'backup'))).toContain('backup.json'),
  }),
  'nats consumer next SCHEDULE payouts-schedule --term --count 400': async (scene, command) => {
    const payouts = scene.world.stack.service('payouts');
    await payouts.stop();
    await scene.peer.jetstream.publish('schedule.confirmed', 'kills its reader');
    await prints(/kills its reader/, { fill: { 400: () => '1' } })(scene, command);
    await payouts.start();
    await eventually(async () => {
      const reasons = (await scene.peer.readStream('DLQ')).map(({ headers }) => headers?.get('Dlq-Reason'));
      expect(reasons.join()).toMatch(/terminated|gave up/);
    });
  },
  // It sends SIGHUP to the only nats-server of its host. Here run several.
  'nats-server --signal reload': async ({ world, peer }) => {
    for (const server of world.environment.natsServers) await server.signal('SIGHUP');
    await peer.connection.rtt();
  },

  'npm run ops -- dlq list --consumer payouts-schedule --from 2026-11-20T00:00Z': prints(/schedule\.confirmed/, {
    before: makeDeadLetter,
  }),
  'npm run ops -- dlq show --sequence 17': prints(/Only a title/, {
    fill: { 17: ({ deadLetter }) => String(deadLetter?.sequence) },
  }),
  'npm run ops -- dlq redrive --consumer payouts-schedule --type schedule.confirmed': prints(/[1-9]\d* redriven/, {
    yes: true,
  }),
  'dlq list': explainsItself(),
  'dlq show': explainsItself(),
  'dlq drop': explainsItself(),
  'dlq redrive': explainsItself(),
  'npm run ops -- replay --consumer payouts-schedule --from 2026-11-20T00:00Z': prints(/[1-9]\d* events replayed/),
  'npm run ops -- replay --consumer payouts-schedule --assignment ASSIGNMENT --from 2026-11-20T00:00Z': prints(
    /[1-9]\d* events replayed/,
    { fill: { ASSIGNMENT: ({ visit }) => visit.assignmentId } },
  ),
  'npm run ops -- rebuild-stream --stream SCHEDULE': prints(/[1-9]\d* events on SCHEDULE again/, {
    yes: true,
    before: ({ peer }) => peer.manager.streams.delete('SCHEDULE'),
  }),
  'rebuild-stream --stream REMINDER': prints(/\d+ events on REMINDER again/, {
    yes: true,
    before: ({ peer }) => peer.manager.streams.delete('REMINDER'),
  }),
  'npm run ops -- reconcile-after-restore --service scheduling': prints(/nothing to reconcile/),
  'npm run ops -- reconcile-after-restore --service scheduling --reason "Restored after incident 7"':
    prints(/nothing to reconcile/),
  'npm run ops -- explain 01936f2a-7c10-7000-8000-000000000002': prints(/payouts-schedule/, {
    fill: { '01936f2a-7c10-7000-8000-000000000002': ({ visit }) => visit.assignmentId },
  }),
  'npm run ops -- explain ASSIGNMENT': prints(/payouts-schedule/, {
    fill: { ASSIGNMENT: ({ visit }) => visit.assignmentId },
  }),
  'npm run ops -- erase-person --id UUID --dry-run': prints(/scheduling/, {
    fill: { UUID: ({ visit }) => visit.customer.id },
  }),
  'npm run ops -- erase-person --id UUID --reason "Request 4711"': prints(/Erased\./, {
    yes: true,
    fill: { UUID: ({ visit }) => visit.customer.id },
  }),
  'npm run ops -- payouts drift --json --from 2026-11-20T00:00Z': prints(/"total": ?0/),

  'GET /ops/assignments/:id/explain': answers('ops', /"timeline"/, { ':id': ({ visit }) => visit.assignmentId }),
  'GET /assignments/:id/reminders': answers('ops', /"SENT"/, { ':id': ({ visit }) => visit.assignmentId }),
  'GET /payouts?status=BLOCKED': answers('finance', /"MANUAL"/),
  'POST /payouts/:id/unblock': answers(
    'finance',
    /"PENDING"/,
    { ':id': ({ blockedPayoutId }) => blockedPayoutId },
    { reason: 'Checked' },
  ),
  'PUT /providers/:id/payout-account': answers('finance', /./, { ':id': ({ visit }) => visit.provider.id }, account),
  'POST …/payout-account/confirm': answers(
    'finance',
    /./,
    { '…': ({ visit }) => `/providers/${visit.provider.id}` },
    account,
  ),
  'GET …/payout-account/history': answers('finance', /requestedBy/, {
    '…': ({ visit }) => `/providers/${visit.provider.id}`,
  }),
  'GET /ops/payouts/drift': answers('ops', /"total": ?0/),
  'GET /changes': answers('customer', /"nextCursor"/),
  'GET /payouts/summary': answers('finance', /./),

  'select count(*), min(created_at), now() - min(created_at) as age from outbox where published_at is null': finds(1),
  'select distinct on (aggregate_id) aggregate_id, aggregate_version, type, id, created_at from outbox where published_at is null order by aggregate_id, position':
    finds(0),
  "select a.pid, a.client_addr, a.backend_start, a.state, a.query_start, l.pid is not null as leads from pg_stat_activity a left join pg_locks l on l.pid = a.pid and l.locktype = 'advisory' and l.granted where a.datname = current_database() and a.application_name like '%outbox relay'":
    async (scene, command) => {
      for (const service of ['scheduling', 'payouts'] as const) {
        const { rows } = await runSql(scene, service, command);
        expect(rows.filter(({ leads }) => leads)).toHaveLength(1);
      }
    },
  "update outbox set published_at = null where id = '…'": async (scene, command) => {
    for (const service of ['scheduling', 'payouts'] as const) {
      const [event] = (await runSql(scene, service, 'select id from outbox limit 1')).rows;
      expect(await runSql(scene, service, command.replace('…', event.id))).toMatchObject({ count: 1 });
      await eventually(async () => {
        const waiting = await runSql(scene, service, 'select from outbox where published_at is null');
        expect(waiting.count).toBe(0);
      });
    }
  },
  "select * from payment_attempt a left join payment_result r on r.attempt_id = a.id where payout_id = '…'": finds(
    0,
    { '…': ({ blockedPayoutId }) => blockedPayoutId },
    'payouts',
  ),
  "delete from inbox where consumer = 'payouts-schedule' and event_id = '…'": finds(
    1,
    {
      '…': async (scene) => {
        const known = "select event_id from inbox where consumer = 'payouts-schedule' limit 1";
        return (await runSql(scene, 'payouts', known)).rows[0].event_id;
      },
    },
    'payouts',
  ),
  'select pg_is_in_recovery()': finds(1),
  'show default_transaction_read_only': finds(1),
  'select name, executed_at from mikro_orm_migrations order by id desc limit 20': finds(1),
  'select index_relid::regclass, phase, blocks_done, blocks_total from pg_stat_progress_create_index': finds(0),
  'select count(*) from job where current_assignment_id is not null and current_provider_id is null': finds(
    1,
    {},
    'scheduling',
  ),
  'select pid, pg_blocking_pids(pid), wait_event, state, xact_start, left(query, 80) from pg_stat_activity where cardinality(pg_blocking_pids(pid)) > 0':
    finds(0),
  'select indexrelid::regclass from pg_index where not indisvalid': finds(0),
  'select pg_terminate_backend(pid)': async (scene, command) => {
    const idle = new Client({ connectionString: scene.world.databases.scheduling });
    const ended = new Promise((resolve) => idle.on('error', resolve));
    await idle.connect();
    const { rows } = await idle.query('select pg_backend_pid() as pid');
    await runSql(scene, 'scheduling', command.replace('(pid)', `(${rows[0].pid})`));
    await ended;
  },
  'drop index concurrently NAME': async (scene, command) => {
    await runSql(scene, 'scheduling', 'create table runbook (id int)');
    await runSql(scene, 'scheduling', 'create index runbook_id on runbook (id)');
    await runSql(scene, 'scheduling', command.replace('NAME', 'runbook_id'));
    await runSql(scene, 'scheduling', 'drop table runbook');
  },
  "alter role NAME set statement_timeout = '5s'": async (scene, command) => {
    const role = `runbook_${process.pid}`;
    await runSql(scene, 'scheduling', `create role ${role}`);
    await runSql(scene, 'scheduling', command.replace('NAME', role));
    await runSql(scene, 'scheduling', `drop role ${role}`);
  },
  'db.positions.find()': async (scene, command) => {
    expect(await runMongo(scene, command)).not.toEqual([]);
  },

  'npm run can-deploy -- payouts --to staging': prints(/^Yes\./m, {
    fill: {
      staging: async ({ world, folder }) => {
        const file = join(folder, 'staging.json');
        const { urls, nats } = world.stack.addresses;
        await writeFile(file, JSON.stringify({ gateway: urls.gateway, nats }));
        return file;
      },
    },
  }),
  'node src/migrate.ts': async (scene, command) => {
    const { scheduling, payouts } = scene.world.databases;
    const stores = { scheduling, payouts, reminders: scene.world.environment.mongoUrl };
    for (const [service, url] of Object.entries(stores)) {
      const line = `${service === 'reminders' ? 'MONGO_URL' : 'DATABASE_URL'}='${url}' ${command}`;
      await prints(/^/, { cwd: `services/${service}` })(scene, line);
    }
  },
  "mv 'FOLDER/jetstream/$G' 'FOLDER/jetstream/PUNCTUAL'": prints(/^$/, {
    fill: { FOLDER: ({ folder }) => folder },
    before: ({ folder }) => mkdir(join(folder, 'jetstream/$G'), { recursive: true }),
    after: ({ folder }) => access(join(folder, 'jetstream/PUNCTUAL')),
  }),
  'ulimit -n': prints(/^(\d+|unlimited)$/m),
  'npm run drills -- --only reminder-stream-deleted': async (scene) => {
    // It takes minutes, and CI runs it.
    await prints(/reminder-stream-deleted/)(scene, 'npm run drills -- --list');
  },
  'npm run drills -- --only reminders-restored': async (scene) => {
    await prints(/reminders-restored/)(scene, 'npm run drills -- --list');
  },
  'npm run drills -- --only scheduling-restored': async (scene) => {
    await prints(/scheduling-restored/)(scene, 'npm run drills -- --list');
  },
  'npm run gameday': testedElsewhere('drills/src/gameday'),
  'npm run drills -- --alerts': testedElsewhere('by itself: each fault at full length'),
  'npm run test:migrations': testedElsewhere('e2e/migrations/upgrade.test.ts'),
  'npm run test:versions': testedElsewhere('e2e/versions/releases.test.ts, and --quick in CI'),
  'npm run test:rolling': testedElsewhere('e2e/rolling/rolling.test.ts'),
};
