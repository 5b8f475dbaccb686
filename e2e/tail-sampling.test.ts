import { fileURLToPath } from 'node:url';
import { isJaegerBuilt, startJaeger } from '@punctual/devstack';
import { openTraceStore, type TraceStore } from '@punctual/pages';
import { eventually, type SentSpan, sendSpan } from '@punctual/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const sampling = fileURLToPath(new URL('../deploy/collector/sampling.yaml', import.meta.url));
const ordinary = 300;
const isBuilt = await isJaegerBuilt();
const name = `tail sampling${isBuilt ? '' : ' (skipped: Jaeger is not built here; npm start -- --observe builds it)'}`;

// Jaeger is a collector with the processor that a deployment's collector has.
describe.skipIf(!isBuilt)(name, () => {
  let jaeger: Awaited<ReturnType<typeof startJaeger>>;
  let store: TraceStore;

  beforeAll(async () => {
    jaeger = await startJaeger({ moreConfig: [sampling] });
    store = openTraceStore(jaeger.url);
  });
  afterAll(() => jaeger?.stop());

  const send = (span: SentSpan) => sendSpan(jaeger.otlp, span);

  test('keeps failed and slow traces, and about 1 % of the others', { timeout: 90_000 }, async () => {
    const kept = [await send({ ms: 5, failed: true }), await send({ ms: 1_500 })];
    const others: string[] = [];
    for (let n = 0; n < ordinary; n += 1) others.push(await send({ ms: 5 }));
    // Sent last, so when it is there, all others are decided.
    const last = await send({ ms: 1_500 });
    await eventually(async () => expect(await store.get(last)).toBeDefined(), { withinMs: 60_000, everyMs: 500 });
    for (const id of kept) expect(await store.get(id)).toBeDefined();
    const found = await Promise.all(others.map((id) => store.get(id)));
    expect(found.filter((trace) => trace !== undefined).length).toBeLessThan(ordinary * 0.1);
  });
});
