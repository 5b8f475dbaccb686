import { runService } from '@punctual/chassis';
import { console } from './app.ts';

await runService(console);
