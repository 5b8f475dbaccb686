import { runService } from '@punctual/chassis';
import { scheduling } from './app.ts';

await runService(scheduling);
