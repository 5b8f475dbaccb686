import { runService } from '@punctual/chassis';
import { payouts } from './app.ts';

await runService(payouts);
