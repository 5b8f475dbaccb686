import { connect } from '@nats-io/transport-node';
import { ServiceContract } from '@punctual/contracts/compatibility';
import { startNats } from '@punctual/devstack';
import { eventually } from '@punctual/testkit';
import { expect, test } from 'vitest';
import { json, startFakeService } from './fake-service.ts';
import { id, startGateway } from './gateway.ts';

test('the gateway announces the operations that clients used, and no others', async () => {
  const nats = await startNats();
  const scheduling = await startFakeService((_request, response) => json(response, 200, {}));
  const gateway = await startGateway({
    SCHEDULING_URL: scheduling.url,
    NATS_URL: nats.url,
    NATS_USER: 'gateway',
    NATS_PASSWORD: 'gateway',
  });
  const headers = { 'user-agent': 'punctual-ios/5.2.1' };
  const { call } = gateway;
  expect((await call('GET', `/jobs/${id}`, { headers })).status).toBe(200);
  expect((await call('GET', '/openapi.json', { headers: { ...headers, authorization: '' } })).status).toBe(200);
  // Not clients of ours.
  expect((await call('GET', '/payouts', { headers: { authorization: 'Bearer forged' } })).status).toBe(401);
  expect((await call('GET', '/wp-login.php')).status).toBe(404);

  const version = await call('GET', '/version', { headers: { authorization: '' } });
  expect(version).toMatchObject({ status: 200, json: { service: 'gateway', revision: null } });

  const ops = await connect({ servers: nats.url });
  await eventually(async () => {
    const info = (await ops.request('$SRV.INFO.gateway')).json() as { endpoints: [{ subject: string }] };
    const { usage } = ServiceContract.parse((await ops.request(info.endpoints[0].subject)).json());
    expect(usage?.operations).toMatchObject({
      getJob: { requests: 1, clients: { 'punctual-ios/5.2': 1 } },
      getOpenApi: { requests: 1 },
    });
    expect(Object.keys(usage?.operations ?? {})).toHaveLength(2);
  });
  await ops.close();
  await gateway.stop();
  await scheduling.stop();
  await nats.stop();
});
