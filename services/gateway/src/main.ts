import { runService } from '@punctual/chassis';
import { gateway } from './app.ts';

await runService(gateway);
