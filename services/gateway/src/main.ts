import { setFlagsFromString } from 'node:v8';
import { runService } from '@punctual/chassis';
import { gateway } from './app.ts';

// V8 lets garbage double a heap before it looks for it. With thousands of streams that is more than
// the streams themselves (ADR 0023).
setFlagsFromString('--heap-growing-percent=15');

await runService(gateway);
