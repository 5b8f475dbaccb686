import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { ServiceVersion } from '@punctual/contracts/compatibility';
import { giveJob } from '@punctual/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { canDeploy, contractOf, type Draft, startNeighbour, startWorld } from './world.ts';

let world: Awaited<ReturnType<typeof startWorld>>;
let neighbours: NatsConnection[] = [];

beforeAll(async () => {
  world = await startWorld();
});
afterEach(async () => {
  for (const neighbour of neighbours) await neighbour.close();
  neighbours = [];
});
afterAll(() => world.stop());

const beside = async (...options: Parameters<typeof startNeighbour> extends [string, ...infer R] ? R : never) => {
  neighbours.push(await startNeighbour(world.natsUrl, ...options));
};
const dataOf = (draft: Draft, type: string) => draft.shapes[type].schema.properties.data;

function remove(draft: Draft, type: string, field: string): void {
  const data = dataOf(draft, type);
  delete data.properties[field];
  data.required = data.required.filter((name: string) => name !== field);
}

test.each(['gateway', 'scheduling', 'reminders', 'payouts'] as const)(
  "today's %s may be deployed beside today's others",
  async (service) => {
    const { code, stdout, stderr } = await canDeploy([service, '--to', world.environment()], {
      NATS_USER: 'deployer',
      NATS_PASSWORD: 'deployer',
    });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`^Yes\\. ${service} \\S+ \\(\\w+\\) may be deployed to `));
    for (const name of ['gateway', 'scheduling', 'reminders', 'payouts', 'notifier']) expect(stdout).toContain(name);
  },
);

test('each service answers at /version what it announces', async () => {
  const { stdout } = await world.ask('payouts', () => {}, '--json');
  const names = JSON.parse(stdout).parts.map(({ name }: { name: string }) => name);
  for (const service of ['gateway', 'scheduling', 'reminders', 'payouts'] as const) {
    const answer = await fetch(`${world.testStack.stack.service(service).url}/version`);
    const version = ServiceVersion.parse(await answer.json());
    expect(version.service).toBe(service);
    expect(names).toContain(`${service} ${version.version}`);
  }
});

test('a removed field of an event breaks the services that read it', async () => {
  const { code, stdout } = await world.ask('scheduling', ({ contract }) =>
    remove(contract, 'schedule.completed', 'price'),
  );
  expect(code).toBe(1);
  expect(stdout).toMatch(/^No\. scheduling /);
  expect(stdout).toMatch(
    /- payouts \S+: payouts-schedule reads data\.price of schedule\.completed, which would not be sent\./,
  );
});

test('a removed event breaks its readers, and no others', async () => {
  const { code, stdout } = await world.ask('scheduling', ({ contract }) => {
    contract.publishes = contract.publishes.filter((type: string) => type !== 'person.erased');
  });
  expect(code).toBe(1);
  expect(stdout).toMatch(/- payouts \S+: payouts-person reads person\.erased, which/);
  expect(stdout).toMatch(/- notifier: notifier \(erasures\) reads person\.erased, which/);
  expect(stdout).not.toContain('payouts-schedule reads');
});

test('a removed field breaks a team that declares it', async () => {
  const { code, stdout } = await world.ask('reminders', ({ contract }) => remove(contract, 'reminder.due', 'link'));
  expect(code).toBe(1);
  expect(stdout).toContain('- notifier: notifier reads data.link of reminder.due, which would not be sent.');
});

test('a team in the file of the environment counts too', async () => {
  const consumes = world.file({ analytics: { events: ['payout.paid'], fields: ['data.amount'] } });
  const environment = world.environment({ consumers: [consumes] });
  const draft = JSON.parse((await canDeploy(['payouts', '--describe'])).stdout);
  remove(draft.contract, 'payout.paid', 'amount');
  const { stdout } = await canDeploy(['payouts', '--to', environment, '--candidate', world.file(draft)]);
  expect(stdout).toContain('analytics reads data.amount of payout.paid');
});

test('an old release beside the new one breaks when it needs what the new one no longer sends', async () => {
  const legacy = (contract: Draft) => {
    contract.version = '1.0.0';
    contract.revision = 'aaaaaaaaaaaa';
    const data = dataOf(contract, 'schedule.completed');
    data.properties.legacy = { type: 'string' };
    data.required.push('legacy');
  };
  await beside({ service: 'payouts', contract: await contractOf('payouts', legacy) });
  const { code, stdout } = await world.ask('scheduling');
  expect(code).toBe(1);
  expect(stdout).toContain(
    '- payouts 1.0.0 (aaaaaaaaaaaa): payouts-schedule reads data.legacy of schedule.completed, which would not be sent.',
  );
  expect(stdout).toMatch(/payouts 1\.0\.0 \(aaaaaaaaaaaa\) +1 .* breaks/);
});

test('a consumer that reads a field which nobody sends may not be deployed', async () => {
  const reads = await world.ask('payouts', ({ contract }) =>
    contract.consumes['payouts-schedule'].fields.push('data.tip'),
  );
  expect(reads.code).toBe(1);
  expect(reads.stdout).toContain('payouts-schedule reads data.tip, which no running service sends in schedule.*.');

  const requires = await world.ask('payouts', ({ contract }) => {
    const data = dataOf(contract, 'schedule.completed');
    data.properties.tip = { type: 'integer' };
    data.required.push('tip');
  });
  expect(requires.code).toBe(1);
  expect(requires.stdout).toMatch(/- scheduling \S+: payouts-schedule reads data\.tip of schedule\.completed, which/);

  const event = await world.ask('payouts', ({ contract }) =>
    contract.consumes['payouts-person'].events.push('person.moved'),
  );
  expect(event.code).toBe(1);
  expect(event.stdout).toContain('payouts-person reads person.moved, which no running service publishes.');
});

test('a consumer that accepts more than is sent may be deployed first', async () => {
  const { code, stdout } = await world.ask('payouts', ({ contract }) => {
    dataOf(contract, 'schedule.completed').properties.tip = { type: 'integer' };
    contract.shapes['schedule.completed'].schema.$defs.ProposedBy?.enum.push('ROBOT');
  });
  expect(stdout).toMatch(/^Yes/);
  expect(code).toBe(0);
});

const removeOperation = ({ openapi }: Draft) => delete openapi.paths['/jobs/{id}'].get;
/** A gateway that has counted for two months. */
const oldGateway = (operations: object) =>
  contractOf('gateway', (contract) => {
    contract.usage = { since: new Date(Date.now() - 60 * 86_400_000).toISOString(), operations };
  });

test('an operation that apps use may not be removed', async () => {
  await giveJob(await world.testStack.user('customer'), await world.testStack.user('provider'));
  for (const service of ['scheduling', 'gateway'] as const) {
    const { code, stdout } = await world.ask(service, removeOperation);
    expect(code).toBe(1);
    expect(stdout).toContain(
      'apps (getJob): getJob: GET /jobs/{id} was removed. The gateways have counted for only 0 hours, so every operation counts as used.',
    );
  }
  // Not its operation.
  expect((await world.ask('payouts', removeOperation)).code).toBe(0);
});

test('an operation that no app used for a month may be removed', async () => {
  await beside({ service: 'gateway', contract: await oldGateway({}) });
  // Only gateways know.
  const liar = await contractOf('payouts', (contract) => {
    contract.usage = { since: '2020-01-01T00:00:00.000Z', operations: {} };
  });
  await beside({ service: 'payouts', contract: liar });
  const { code, stdout } = await world.ask('reminders', ({ openapi }) => {
    delete openapi.paths['/reminders'];
    delete openapi.paths['/assignments/{id}/reminders'];
  });
  expect(stdout).toMatch(/No client used it in 60 days\./);
  expect(stdout).toContain('Clients used 0 of the 3 operations of reminders in 60 days.');
  expect(code).toBe(0);
});

test('the answer names the clients of an operation', async () => {
  const used = { requests: 7, lastAt: '2026-11-29T10:00:00.000Z', clients: { 'punctual-ios/5.2': 7 } };
  await beside({ service: 'gateway', contract: await oldGateway({ getJob: used }) });
  const { code, stdout } = await world.ask('scheduling', removeOperation);
  expect(code).toBe(1);
  expect(stdout).toMatch(/Requested \d+ times in 60 days, last at \S+, by .*punctual-ios\/5\.2/);
});

test('a gateway may offer what the service behind does not answer yet, with a warning', async () => {
  const lacks = await contractOf('payouts', (contract) => {
    contract.version = '1.0.0';
    contract.serves = contract.serves.filter((name: string) => name !== 'listPayouts');
  });
  await beside({ service: 'payouts', contract: lacks });
  const { code, stdout } = await world.ask('gateway');
  expect(code).toBe(0);
  expect(stdout).toContain('does not answer listPayouts yet, which the new gateway offers.');
});

test('an unannounced durable is assumed to need every field', async () => {
  const ops = await connect({ servers: world.natsUrl });
  const { consumers } = await jetstreamManager(ops);
  await consumers.add('SCHEDULE', { durable_name: 'warehouse', filter_subject: 'schedule.>' });
  try {
    const fine = await world.ask('scheduling');
    expect(fine.code).toBe(0);
    expect(fine.stdout).toContain('- warehouse: reads schedule.> and says nothing about the fields that it needs');
    const { code, stdout } = await world.ask('scheduling', ({ contract }) =>
      remove(contract, 'schedule.expired', 'jobTitle'),
    );
    expect(code).toBe(1);
    expect(stdout).toContain('warehouse reads data.jobTitle of schedule.expired');
  } finally {
    await consumers.delete('SCHEDULE', 'warehouse');
    await ops.close();
  }
});

test('--json says the same to programs', async () => {
  const { code, stdout } = await world.ask('scheduling', removeOperation, '--json');
  expect(code).toBe(1);
  const { answer, candidate, findings, parts, operations } = JSON.parse(stdout);
  expect([answer, candidate.service]).toEqual(['no', 'scheduling']);
  expect(operations.used).toContain('getJob');
  const payouts = parts.find(({ name }: { name: string }) => name.startsWith('payouts'));
  expect(payouts.reads).toContainEqual({
    consumer: 'payouts-person',
    events: ['person.erased'],
    fields: ['id', 'time', 'sequence', 'data.personId', 'data.at'],
  });
  expect(findings).toContainEqual(expect.objectContaining({ kind: 'breaks', part: 'apps (getJob)' }));
  expect(parts).toHaveLength(5);
});

test.each<[string, Partial<Parameters<typeof startNeighbour>[1]>]>([
  ['is not JSON', { contract: '\u0000{]' }],
  ['is null', { contract: 'null' }],
  ['has another shape', { contract: { service: 'payouts', shapes: [] } }],
  ['is of another service', { contract: { service: 'gateway' } }],
  ['never comes', { contract: undefined }],
])('an instance whose contract %s leaves the answer open', async (_, { contract }) => {
  await beside({ service: 'payouts', contract });
  const { code, stdout, stderr } = await world.ask('scheduling');
  expect([code, stderr]).toEqual([2, '']);
  expect(stdout).toMatch(/^Cannot tell whether scheduling /);
  expect(stdout).toContain('- payouts neighbour: announces itself and cannot be understood');
});

test('schemas that lead nowhere or in circles leave the answer open', async () => {
  for (const $ref of ['#/$defs/Nothing', '#/$defs/Loop']) {
    const contract = await contractOf('payouts', (draft) => {
      const { schema } = draft.shapes['schedule.completed'];
      schema.$defs.Loop = { $ref: '#/$defs/Loop' };
      schema.properties.data = { $ref };
    });
    await beside({ service: 'payouts', contract });
    const { code, stdout } = await world.ask('scheduling');
    expect(code).toBe(2);
    expect(stdout).toMatch(/payouts \S+.*cannot be compared/);
    for (const neighbour of neighbours.splice(0)) await neighbour.close();
  }
});

test.each<[string, unknown]>([
  ['garbage', '\u0000\u001b[2J{]'],
  [
    'an endpoint elsewhere',
    { name: 'payouts', id: 'neighbour', endpoints: [{ name: 'contract', subject: '$JS.API.STREAM.DELETE.SCHEDULE' }] },
  ],
  ['a name with a wildcard', { name: '>', id: '*', endpoints: [{ name: 'contract', subject: 'contracts.>.*' }] }],
])('a NATS service that announces %s is left out', async (_, info) => {
  await beside({ service: 'payouts', info, contract: {} });
  const { code, stdout } = await world.ask('scheduling');
  expect(stdout).toMatch(/^Yes/);
  expect(code).toBe(0);
});

test('an announcement cannot write to the terminal', async () => {
  const contract = await contractOf('payouts', (draft) => {
    draft.version = '1.0.0\u001b[2J\u001b[1;1HYes.';
  });
  await beside({ service: 'payouts', contract });
  const { stdout } = await world.ask('scheduling');
  expect(stdout).toContain('payouts 1.0.0\uFFFD[2J');
  expect(stdout).not.toContain('\u001b');
});

test('an environment that does not answer leaves the answer open', async () => {
  const nats = await canDeploy(['payouts', '--to', world.environment({ nats: 'nats://ops:S3cr3t@127.0.0.1:9' })]);
  expect(nats.code).toBe(2);
  expect(nats.stderr).toMatch(/^Cannot reach NATS at nats:\/\/127\.0\.0\.1:9: .*\n$/);
  const gateway = await canDeploy(['payouts', '--to', world.environment({ gateway: 'http://127.0.0.1:9' })]);
  expect(gateway.code).toBe(2);
  expect(gateway.stderr).toMatch(/^Cannot read the API of the gateway at http:\/\/127\.0\.0\.1:9: .*\n$/);
  const wrong = await canDeploy(['payouts', '--to', world.environment()], {
    NATS_USER: 'deployer',
    NATS_PASSWORD: 'x',
  });
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toMatch(/^Cannot reach NATS at .*Authorization.*\n$/i);
});
