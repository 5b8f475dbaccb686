import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createLifecycle } from './lifecycle.ts';

const logger = pino({ level: 'silent' });

test('parts are released once, one at a time, last opened first', async () => {
  const lifecycle = createLifecycle(logger);
  const closed: string[] = [];
  lifecycle.onShutdown('database', () => closed.push('database'));
  lifecycle.onShutdown('consumer', async () => {
    await Promise.resolve();
    closed.push('consumer');
  });

  await Promise.all([lifecycle.shutdown(), lifecycle.shutdown()]);

  expect(closed).toEqual(['consumer', 'database']);
});

test('a failed release does not stop the others', async () => {
  const lifecycle = createLifecycle(logger);
  let closed = false;
  lifecycle.onShutdown('database', () => {
    closed = true;
  });
  lifecycle.onShutdown('broken', () => Promise.reject(new Error('stuck')));

  await lifecycle.shutdown();

  expect(closed).toBe(true);
  expect(lifecycle.signal.aborted).toBe(true);
});

test('a part acquired after shutdown is released at once', async () => {
  const lifecycle = createLifecycle(logger);
  await lifecycle.shutdown();
  let closed = false;
  lifecycle.onShutdown('late', () => {
    closed = true;
  });
  expect(closed).toBe(true);
});

test('a slow release is abandoned and the others still run', async () => {
  const lifecycle = createLifecycle(logger);
  let closed = false;
  lifecycle.onShutdown('database', () => {
    closed = true;
  });
  lifecycle.onShutdown('stuck', () => new Promise(() => {}));
  await lifecycle.shutdown(20);
  expect(closed).toBe(true);
});

test('a stopping service keeps working until its parts are released', async () => {
  const lifecycle = createLifecycle(logger);
  lifecycle.beginStop();
  expect([lifecycle.stopping.aborted, lifecycle.signal.aborted]).toEqual([true, false]);
  await lifecycle.shutdown();
  expect(lifecycle.signal.aborted).toBe(true);
});
