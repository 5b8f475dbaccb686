import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Setting, startSetting, versions } from './changes-setting.ts';
import type { Gateway } from './gateway.ts';

let setting: Setting;
let gateway: Gateway;

beforeAll(async () => {
  setting = await startSetting({ natsServers: 3 });
  gateway = await setting.gateway();
});

afterAll(() => setting.stop());

test('a stream shows each change within 15 s although the NATS servers are restarted one by one', async () => {
  const changes = await setting.follow(gateway);
  let version = 0;
  for (const server of setting.environment.natsServers) {
    await server.halt();
    await server.resume();
    version += 1;
    await setting.publish('schedule.proposed', version);
    await changes.until(version, 15_000);
  }
  expect(versions(changes)).toEqual([1, 2, 3].map((each) => `schedule.proposed ${each}`));
});
